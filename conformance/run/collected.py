"""All cases of the suite, as pytest collects them where nothing is asked for in particular. Nothing is sent."""

from __future__ import annotations

import contextlib
import inspect
import io
from typing import Any

import pytest

from conformance import layout
from conformance.report import Tried
from conformance.run.stash import CASE
from conformance.verdict import Case


class NotCollected(Exception):
    """The conformance tests cannot be collected: what pytest says of it."""


class Listener:
    """A plugin of pytest that keeps what was collected."""

    def __init__(self) -> None:
        self.tried: list[Tried] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keeps the cases of a run, those that are not applicable aside."""
        for item in session.items:
            case = item.stash.get(CASE, None) if item.get_closest_marker("skip") is None else None
            if isinstance(item, pytest.Function) and case is not None:
                self.tried.append(_tried(item, case))


def collect() -> list[Tried]:
    """The cases of all active models. Raises NotCollected."""
    listener = Listener()
    arguments = ["--list", "--capture=no", "-p", "no:cacheprovider", "-o", "addopts=", str(layout.package())]
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(told):
        patch.delenv("PYTEST_ADDOPTS", raising=False)
        status = pytest.main(arguments, [listener])
    if status != pytest.ExitCode.OK:
        raise NotCollected(told.getvalue().strip() or f"pytest ended with {int(status)}")
    return listener.tried


def _tried(item: pytest.Function, case: Case) -> Tried:
    params: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    return Tried(
        chapter=case.chapter,
        test=case.test,
        told=(inspect.getdoc(item.obj) or "").partition("\n")[0],
        model=case.model,
        requests=case.expected_requests,
        requirements=case.requirements,
        scope=_scope(item),
        representative=item.get_closest_marker("representative") is not None or "model" not in params,
        varied=tuple(getattr(value, "id", value) for name, value in params.items() if name != "model"),
    )


def _scope(item: pytest.Function) -> str:
    """On which models a test is tried, in words."""
    custom = (mark := item.get_closest_marker("models")) is not None and mark.kwargs.get("custom_tools")
    one = item.get_closest_marker("representative") is not None
    scope = "representative" if one else "those named for custom tools" if custom else "every model"
    return scope + (", live only" if item.get_closest_marker("live_only") is not None else "")
