"""Which answers are the environment's and not the endpoint's fault: told in one sentence with the next step. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at, show


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row of the table: status, what the body has to hold, and what to say.

    ``whole_run`` is False where another model or another request may still be answered, ``is_absence`` True where the
    model is not offered. ``strength`` says whether the shape of the answer is documented (D) or was observed (O).
    """

    status: int
    sentence: str
    pattern: str = ""
    holds: Callable[[Exchange], bool] = lambda _: True
    whole_run: bool = True
    is_absence: bool = False
    strength: str = "O"


def _is_about_model(exchange: Exchange) -> bool:
    """True if the answer names the model that was asked for."""
    model = at(exchange.request.json, "model")
    return isinstance(model, str) and bool(model) and model in show(exchange.json, 4096)


ADI: Final = "on Azure, where every OpenAI model answers so, have ADI Services set up"
"""What OpenAI's models need there (D). How an answer says that it is missing, nobody has told."""

OBSTACLES: Final = (
    Obstacle(
        429,
        "the quota of the account is used up (429): waiting does not help, have it raised",
        pattern="insufficient_quota|exceeded your current quota",
    ),
    Obstacle(
        429,
        "the model is not included in this edition of the workspace (429, a rate limit of 0): no grant helps, "
        "leave it out with --models or use another edition",
        pattern="rate limit of 0",
        whole_run=False,
    ),
    Obstacle(
        429,
        "the target limits the rate of requests (429): let the run wait for longer with --max-wait, ask for fewer "
        "models at once, or have the limit raised",
        strength="D",
    ),
    Obstacle(503, "the target has too much to do (503): run again later, or let it wait for longer with --max-wait"),
    Obstacle(529, "the target has too much to do (529): run again later, or let it wait for longer with --max-wait"),
    Obstacle(
        401,
        "the target refuses the credential (401): check the token, and that it belongs to this target",
    ),
    Obstacle(
        403,
        "the target refuses the credential (403): check the token, and that it belongs to this target",
        pattern="invalid (access )?token",
    ),
    Obstacle(
        403,
        "the token lacks the scope that the gateway asks for (403): create one with the scope ai-gateway",
        pattern="scope",
    ),
    Obstacle(
        403,
        "the model is not included in this edition of the workspace (403, a rate limit of 0): no grant helps, "
        "leave it out with --models or use another edition",
        pattern="rate limit of 0",
        whole_run=False,
    ),
    Obstacle(
        403,
        f"the token may not use this model (403 PERMISSION_DENIED): ask for the grant; {ADI}",
        pattern=r"PERMISSION_DENIED|\bADI\b",
        whole_run=False,
    ),
    Obstacle(
        403,
        "the target refuses the credential (403): check the token, and that it belongs to this target",
    ),
    Obstacle(
        404,
        "this model service is switched off (404, is not enabled): have it enabled, or leave it out with --models",
        pattern="'[^' ]+' is not enabled",
        whole_run=False,
    ),
    Obstacle(
        404,
        f"the workspace does not offer this model, or not to this token (404): leave it out with --models; {ADI}",
        pattern=r"does not exist|NOT_FOUND|not found|\bADI\b",
        holds=_is_about_model,
        whole_run=False,
        is_absence=True,
    ),
    Obstacle(
        404,
        "the route is not enabled on this workspace (404): have the preview enabled in the account console",
        pattern="FEATURE_DISABLED|is not enabled|is not available for this workspace",
    ),
    Obstacle(
        404,
        "there is no gateway at this address (404 without a content type): check the host and the path of the base URL",
        holds=lambda exchange: "content-type" not in exchange.headers,
    ),
    Obstacle(
        501,
        "this workspace serves models on the gateway only (501): use the base URL "
        "https://<workspace-url>/ai-gateway/mlflow/v1",
        pattern="no longer available",
    ),
    Obstacle(
        400,
        "the token belongs to another workspace (400): log in to this one, or check the address",
        pattern=r"\btoken\b.*\b(another|other|different) workspace\b",
    ),
    Obstacle(
        400,
        "the gateway does not know this path (400, unmanaged api request): check the path of the base URL, or --route",
        pattern="unmanaged api request",
    ),
    Obstacle(
        500,
        "the model is not available in the region of this workspace (500): leave it out with --models, or have "
        "cross-geography processing enabled",
        pattern=r"(not (available|supported|enabled)|restrict).*\b(region|geograph)"
        r"|\b(region|geograph).*(not (available|supported)|restrict)",
        whole_run=False,
    ),
    Obstacle(
        400,
        "this model or tool is not available to workspaces with a compliance profile (400): test without it",
        pattern=r"\bHIPAA\b|\bBAA\b|compliance security profile",
        whole_run=False,
    ),
    Obstacle(
        400,
        "the target cannot reach the image (400): name one that it can with --image-url",
        pattern="download|fetch",
        holds=lambda exchange: re.search(rb'"image_url":\s*"http', exchange.request.content or b"") is not None,
        whole_run=False,
    ),
    Obstacle(
        200,
        "a guardrail of the workspace denied the request (200 with databricks_service_policy): "
        "test with a service that has none",
        holds=lambda exchange: at(exchange.json, "databricks_service_policy", "action") == "deny",
        whole_run=False,
    ),
)
"""Shapes that were seen (docs/sources.md, "What was seen on Databricks"). The first row that fits counts."""


def obstacle(exchange: Exchange) -> Obstacle | None:
    """What kept the environment from letting the endpoint answer, or None.

    Any other 5xx is not decided here: whether it is the endpoint's fault shows in the answer to a plain request.
    """
    body = b"" if exchange.content is None else exchange.content[:4096]
    text = body.decode("utf-8", "replace") or show(exchange.json, 4096)
    for row in OBSTACLES:
        if row.status == exchange.status and row.holds(exchange) and re.search(row.pattern, text, re.IGNORECASE):
            return row
    return None
