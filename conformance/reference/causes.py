"""What keeps a workspace from answering, as public reports show it: status, body and where. Data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

GATEWAYS: Final = ("/ai-gateway/",)
SERVING: Final = ("/serving-endpoints/",)
ROUTES: Final = (*GATEWAYS, *SERVING)
LISTINGS: Final = ("/api/2.1/unity-catalog/model-services", "/api/2.0/serving-endpoints")


@dataclass(frozen=True, slots=True)
class Cause:
    """An answer that takes the place of all others below some paths.

    ``body`` is JSON, or bytes that are sent as they are, without a content type if there are none.
    """

    name: str
    status: int
    body: Any
    paths: tuple[str, ...] = ROUTES

    def encoded(self, model: str) -> bytes:
        """The body, with the name of the model that was asked for in it."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).replace("{model}", model).encode()


def _told(code: str, message: str) -> dict[str, str]:
    return {"error_code": code, "message": message}


CAUSES: Final = {
    cause.name: cause
    for cause in (
        Cause(
            "gated-route",
            404,
            _told("FEATURE_DISABLED", "Supervisor API is not enabled for this workspace."),
            ("/ai-gateway/mlflow/",),
        ),
        Cause(
            "no-preview",
            404,
            _told("FEATURE_DISABLED", "AI Gateway is not available for this workspace."),
            GATEWAYS,
        ),
        Cause("no-gateway", 404, b"", GATEWAYS),
        Cause(
            "gateway-only",
            501,
            _told("NOT_IMPLEMENTED", "'{model}' is no longer available. Use Unity Catalog model services (v3)."),
            SERVING,
        ),
        Cause("scope", 403, _told("PERMISSION_DENIED", "Invalid scope, required scopes: ai-gateway")),
        Cause(
            "other-workspace",
            400,
            _told("INVALID_PARAMETER_VALUE", "The token was issued for another workspace."),
        ),
        Cause("bad-token", 403, b"Invalid access token"),
        Cause(
            "unmanaged-path",
            400,
            _told("BAD_REQUEST", "The request was classified as an unmanaged api request."),
        ),
        Cause(
            "permission",
            403,
            _told("PERMISSION_DENIED", "User does not have EXECUTE on '{model}'."),
        ),
        Cause("masked", 404, _told("ENDPOINT_NOT_FOUND", "'{model}' does not exist.")),
        Cause("switched-off", 404, _told("NOT_FOUND", "'{model}' is not enabled.")),
        Cause(
            "region",
            500,
            _told("INTERNAL_ERROR", "The model is not available in the region of this workspace."),
        ),
        Cause(
            "compliance",
            400,
            _told("BAD_REQUEST", "'{model}' is not available with the compliance security profile (HIPAA)."),
        ),
        Cause(
            "adi-services",
            403,
            _told("PERMISSION_DENIED", "ADI Services are not enabled for this workspace."),
        ),
        Cause(
            "free-edition",
            403,
            _told("PERMISSION_DENIED", "'{model}' has a rate limit of 0 in this edition."),
        ),
        Cause(
            "free-edition-limit",
            429,
            _told("REQUEST_LIMIT_EXCEEDED", "'{model}' has a rate limit of 0 in this edition."),
        ),
        Cause("rate-limit", 429, _told("REQUEST_LIMIT_EXCEEDED", "Too many requests.")),
        Cause("quota", 429, {"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}),
        Cause("busy", 503, _told("TEMPORARILY_UNAVAILABLE", "Try again later.")),
        Cause("overloaded", 529, b""),
        Cause("no-credential", 401, _told("UNAUTHENTICATED", "Credential was not sent or was of an unsupported type.")),
        Cause("image", 400, _told("BAD_REQUEST", "Error while downloading the image.")),
        Cause("guardrail", 200, {"databricks_service_policy": {"action": "deny"}}),
        Cause("forbidden", 403, _told("CUSTOMER_UNAUTHORIZED", "No report tells of this one.")),
        Cause("unknown", 418, _told("TEAPOT", "No report tells of this one.")),
        Cause("no-listing", 403, _told("PERMISSION_DENIED", "No USE_SCHEMA on system.ai."), LISTINGS[:1]),
        Cause("no-listings", 403, _told("PERMISSION_DENIED", "No list for this principal."), LISTINGS),
    )
}
"""By name, as ``serve --cause NAME`` and ``serve --cause NAME:MODEL`` take them."""
