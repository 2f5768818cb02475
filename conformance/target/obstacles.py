"""What in the environment keeps an endpoint from answering, as public reports show it: a row a cause. Data."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final


class Holds(enum.Enum):
    """What has to hold of an exchange besides the status and the text of its answer."""

    ALWAYS = "always"
    MODEL_NAMED = "the answer names the model that was asked for"
    NO_CONTENT_TYPE = "the answer has no content type"
    IMAGE_BY_URL = "the request names an image by its URL"
    DENIED = "the answer has a policy of the workspace that denies"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row: the ``status``, a pattern for the ``body``, ``why`` the endpoint did not answer, and the next ``step``.

    ``whole_run`` is False where another model or another request may still be answered, ``is_absence`` True where the
    model is not offered. ``strength`` says whether such an answer is documented (D) or was observed (O).
    """

    name: str
    status: int
    why: str
    step: str
    body: str = ""
    holds: Holds = Holds.ALWAYS
    whole_run: bool = True
    is_absence: bool = False
    strength: str = "O"

    @property
    def sentence(self) -> str:
        """Why, and the next step."""
        return f"{self.why}: {self.step}"


ADI: Final = "on Azure, where every OpenAI model answers so, have ADI Services set up"
"""What OpenAI's models need there (D). How an answer says that it is missing, nobody has told."""

NOT_INCLUDED: Final = "no grant helps, leave it out with --models or use another edition"
LATER: Final = "run again later, or let it wait for longer with --max-wait"
THIS_CREDENTIAL: Final = "check the token, and that it belongs to this target"

OBSTACLES: Final = (
    Obstacle(
        "quota",
        429,
        "the quota of the account is used up (429)",
        "waiting does not help, have it raised",
        body="insufficient_quota|exceeded your current quota",
    ),
    Obstacle(
        "free-edition-limit",
        429,
        "the model is not included in this edition of the workspace (429, a rate limit of 0)",
        NOT_INCLUDED,
        body="rate limit of 0",
        whole_run=False,
    ),
    Obstacle(
        "rate-limit",
        429,
        "the target limits the rate of requests (429)",
        "let the run wait for longer with --max-wait, ask for fewer models at once, or have the limit raised",
        strength="D",
    ),
    Obstacle("busy", 503, "the target has too much to do (503)", LATER),
    Obstacle("overloaded", 529, "the target has too much to do (529)", LATER),
    Obstacle("no-credential", 401, "the target refuses the credential (401)", THIS_CREDENTIAL),
    Obstacle(
        "bad-token",
        403,
        "the target refuses the credential (403)",
        THIS_CREDENTIAL,
        body="invalid (access )?token",
    ),
    Obstacle(
        "scope",
        403,
        "the token lacks the scope that the gateway asks for (403)",
        "create one with the scope ai-gateway",
        body=r"\bscopes?\b",
    ),
    Obstacle(
        "free-edition",
        403,
        "the model is not included in this edition of the workspace (403, a rate limit of 0)",
        NOT_INCLUDED,
        body="rate limit of 0",
        whole_run=False,
    ),
    Obstacle(
        "adi-services",
        403,
        "ADI Services, through which OpenAI's models come on Azure, are not set up (403)",
        "have them set up for this workspace",
        body=r"\bADI Services\b",
        whole_run=False,
        strength="D",
    ),
    Obstacle(
        "permission",
        403,
        "the token may not use this model (403 PERMISSION_DENIED)",
        f"ask for the grant; {ADI}",
        body="PERMISSION_DENIED",
        whole_run=False,
    ),
    Obstacle(
        "switched-off",
        404,
        "this model service is switched off (404, is not enabled)",
        "have it enabled, or leave it out with --models",
        body="'[^' ]+' is not enabled",
        whole_run=False,
    ),
    Obstacle(
        "masked",
        404,
        "the workspace does not offer this model, or not to this token (404)",
        f"leave it out with --models; {ADI}",
        body=r"does not exist|NOT_FOUND|not found|\bADI\b",
        holds=Holds.MODEL_NAMED,
        whole_run=False,
        is_absence=True,
    ),
    Obstacle(
        "no-preview",
        404,
        "the gateway is not available on this workspace (404)",
        "have its preview enabled in the account console, or try --route=serving-endpoints",
        body="is not available for this workspace",
    ),
    Obstacle(
        "gated-route",
        404,
        "the route is not enabled on this workspace (404)",
        "have its preview enabled in the account console, or try another --route",
        body="FEATURE_DISABLED|is not enabled",
    ),
    Obstacle(
        "no-gateway",
        404,
        "there is no gateway at this address (404 without a content type)",
        "check the host and the path of the base URL",
        holds=Holds.NO_CONTENT_TYPE,
    ),
    Obstacle(
        "gateway-only",
        501,
        "this workspace serves models on the gateway only (501)",
        "use --route=gateway, or the base URL https://<workspace-url>/ai-gateway/mlflow/v1",
        body="no longer available",
    ),
    Obstacle(
        "other-workspace",
        400,
        "the token belongs to another workspace (400)",
        "log in to this one, or check the address",
        body=r"\btoken\b.*\b(another|other|different) workspace\b",
    ),
    Obstacle(
        "unmanaged-path",
        400,
        "the gateway does not know this path (400, unmanaged api request)",
        "check the path of the base URL, or --route",
        body="unmanaged api request",
    ),
    Obstacle(
        "region",
        500,
        "the model is not available in the region of this workspace (500)",
        "leave it out with --models, or have cross-geography processing enabled",
        body=r"(not (available|supported|enabled)|restrict).*\b(region|geograph)"
        r"|\b(region|geograph).*(not (available|supported)|restrict)",
        whole_run=False,
    ),
    Obstacle(
        "compliance",
        400,
        "this model or tool is not available to workspaces with a compliance profile (400)",
        "test without it",
        body=r"\bHIPAA\b|\bBAA\b|compliance security profile",
        whole_run=False,
    ),
    Obstacle(
        "image",
        400,
        "the target cannot reach the image (400)",
        "name one that it can with --image-url",
        body="download|fetch",
        holds=Holds.IMAGE_BY_URL,
        whole_run=False,
    ),
    Obstacle(
        "guardrail",
        200,
        "a guardrail of the workspace denied the request (200 with databricks_service_policy)",
        "test with a service that has none",
        holds=Holds.DENIED,
        whole_run=False,
    ),
)
"""Shapes that were seen (docs/sources.md, "What was seen on Databricks"). The first row that fits counts."""
