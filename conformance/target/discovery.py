"""What a workspace offers, by its own lists. That a model is listed does not prove that it answers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.contract import GATEWAY, bare
from conformance.target.address import Target
from conformance.target.login import PATIENCE, Login, within
from conformance.target.unreachable import Unreachable

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

PAGE_SIZE: Final = 20
"""Services on a page: large pages were seen not to come (499, 504)."""

PARENT: Final = f"schemas/{GATEWAY.rstrip('.')}"


@dataclass(frozen=True, slots=True)
class Offered:
    """The bare names of the models that a workspace lists, of all makers, and which list that is.

    ``why_not`` is the sentence for a workspace whose lists cannot be had; there are no names then.
    """

    names: tuple[str, ...] = ()
    source: str = ""
    why_not: str = ""


def discover(target: Target) -> Offered:
    """Asks the control plane of a target: for its model services, else for its serving endpoints."""
    try:
        login = target.login or Login(target.workspace, None, {}, token=target.token, auth_type="pat")
    except ModuleNotFoundError:
        return Offered(why_not="what the workspace offers was not asked: that needs the extra databricks")
    except Unreachable as error:
        return Offered(why_not=f"what the workspace offers is not known: {error}")
    problems = []
    for source, listed in (("model services", _model_services), ("serving endpoints", _serving_endpoints)):
        try:
            names = within(PATIENCE, target.workspace, functools.partial(_names, listed, login.client))
        except Unreachable as error:
            problems.append(f"{source}: {error.__cause__ or error}")
            continue
        return Offered(tuple(dict.fromkeys(names)), source)
    return Offered(why_not=f"what the workspace offers is not known ({'; '.join(problems)})")


def _names(listed: Callable[[WorkspaceClient], Iterator[str]], client: WorkspaceClient) -> tuple[str, ...]:
    return tuple(listed(client))


def _model_services(client: WorkspaceClient) -> Iterator[str]:
    """Also behind a first page that is empty."""
    for service in client.ai_gateway.list_model_services(parent=PARENT, page_size=PAGE_SIZE):
        name = (service.name or "").removeprefix("model-services/")
        if name.startswith(GATEWAY):
            yield bare(name)


def _serving_endpoints(client: WorkspaceClient) -> Iterator[str]:
    for endpoint in client.serving_endpoints.list():
        name = endpoint.name or ""
        if name != bare(name):
            yield bare(name)
