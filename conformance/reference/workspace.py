"""A small control plane around the reference endpoint: tokens, lists of models, and what can be in the way."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from conformance.contract import GATEWAY, SERVING, bare, load
from conformance.reference.causes import CAUSES, Cause
from conformance.reference.credentials import check_credential, given
from conformance.reference.models import SERVED
from conformance.reference.refusal import Refusal

ROUTE_PATHS: Final = ("/ai-gateway/mlflow/v1", "/ai-gateway/openai/v1", "/ai-gateway/codex/v1", "/serving-endpoints")
LIFETIME: Final = 43.0
"""Seconds that a token lives by default; databricks-sdk takes a new one some 40 seconds before the end."""

CLIENT: Final = "reference-client"
OWN_SERVICE: Final = "main.prod.my_gpt"
OTHER_MAKERS: Final = ("claude-opus-4-7", "gemini-3-pro")
LARGEST_PAGE: Final = 50
RESPONSES: Final = "mlflow/v1/responses"
CHAT: Final = "mlflow/v1/chat/completions"


class UnknownCause(LookupError):
    """No cause has this name."""


@dataclass
class Workspace:
    """What a workspace knows and who may ask it. Tokens that it gives out live for ``lifetime`` seconds.

    ``token`` is good for ever, and the secret of its one client of OAuth. ``missing`` are models that it does not
    offer; ``causes`` are in the way, each with the model that it is about or an empty text for all. Those who look on
    see when tokens were ``issued``, how often each was ``used`` and when the last one was (``latest``), and how many
    were ``refused`` as too old. Times are those of `time.monotonic`.
    """

    token: str
    missing: tuple[str, ...] = ()
    causes: tuple[tuple[Cause, str], ...] = ()
    lifetime: float = LIFETIME
    issued: list[float] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    latest: float = 0.0
    _tokens: dict[str, float] = field(default_factory=dict, repr=False)

    def offered(self) -> list[str]:
        """The bare names of the models that it offers, of other makers too."""
        models = [name for name, model in load("databricks").models.items() if model.lifecycle in SERVED]
        return [name for name in (*models, *OTHER_MAKERS) if name not in self.missing]

    def check(self, header: bytes | None) -> None:
        """Raises Refusal for a credential that is none, wrong, or has expired (401)."""
        token = (given(header) or b"").decode("utf-8", "replace")
        if token in self._tokens:
            if self._tokens[token] < time.monotonic():
                self.refused += 1
                raise Refusal(401, "The access token has expired.", "invalid_api_key")
        else:
            check_credential(header, self.token)
        self.used[token] = self.used.get(token, 0) + 1
        self.latest = time.monotonic()

    def in_the_way(self, path: str, model: object) -> Response | None:
        """What answers in the place of all else, or None."""
        name = model if isinstance(model, str) else ""
        for cause, about in self.causes:
            if not path.startswith(cause.paths) or about not in ("", bare(name)):
                continue
            kind = "application/json" if not isinstance(cause.body, bytes) else "text/plain" if cause.body else None
            return Response(cause.encoded(name), cause.status, media_type=kind)
        return None

    def asked(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The body as the endpoint behind this plane knows it. Raises Refusal (404) for a model that is not offered."""
        model = body.get("model")
        if not isinstance(model, str):
            return body
        if model == OWN_SERVICE and not path.startswith("/serving-endpoints"):
            return {**body, "model": f"{GATEWAY}gpt-5-4"}
        of_route = model.startswith(SERVING) or not path.startswith("/serving-endpoints")
        if not of_route or bare(model) in self.missing:
            raise Refusal(404, f"'{model[:100]}' does not exist.", "model_not_found", "model")
        return body

    def routes(self) -> list[Route]:
        """The routes of the control plane; those of the Responses API are the application's."""
        return [
            Route("/.well-known/databricks-config", self._config),
            Route("/oidc/.well-known/oauth-authorization-server", self._authorization_server),
            Route("/oidc/v1/token", self._token, methods=["POST"]),
            Route("/api/2.1/unity-catalog/model-services", self._model_services),
            Route("/api/2.0/serving-endpoints", self._serving_endpoints),
            Route("/api/2.0/preview/scim/v2/Me", self._me),
        ]

    async def _config(self, request: Request) -> Response:
        return JSONResponse({"oidc_endpoint": f"{_origin(request)}/oidc", "workspace_id": "4242"})

    async def _authorization_server(self, request: Request) -> Response:
        base = f"{_origin(request)}/oidc/v1"
        return JSONResponse({"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token"})

    async def _token(self, request: Request) -> Response:
        """An access token for a client that knows the secret, as a form or as a password tells it."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        client, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        if client != CLIENT or not hmac.compare_digest(secret.encode(), self.token.encode()):
            return JSONResponse({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        made = f"eyJ{secrets.token_urlsafe(48)}"
        now = time.monotonic()
        self.issued.append(now)
        self._tokens[made] = now + self.lifetime
        return JSONResponse({"access_token": made, "token_type": "Bearer", "expires_in": int(self.lifetime)})

    async def _model_services(self, request: Request) -> Response:
        """A page of the list. A large page does not come (504), and the first one is empty though others follow."""
        size = int(request.query_params.get("page_size") or 200)
        if size > LARGEST_PAGE:
            return JSONResponse({"error_code": "DEADLINE_EXCEEDED", "message": "The request took too long."}, 504)
        services = [
            {"name": f"model-services/{GATEWAY}{name}", "supported_api_types": _types(name)} for name in self.offered()
        ]
        start = request.query_params.get("page_token")
        if start is None:
            return await self._listed(request, {"next_page_token": "0"})
        begin = int(start)
        page: dict[str, Any] = {"model_services": services[begin : begin + size]}
        if begin + size < len(services):
            page["next_page_token"] = str(begin + size)
        return await self._listed(request, page)

    async def _serving_endpoints(self, request: Request) -> Response:
        return await self._listed(
            request, {"endpoints": [{"name": SERVING + name, "state": {"ready": "READY"}} for name in self.offered()]}
        )

    async def _me(self, request: Request) -> Response:
        return await self._listed(request, {"id": "1", "userName": "reference"})

    async def _listed(self, request: Request, page: Mapping[str, Any]) -> Response:
        """A page, for those who may see it."""
        try:
            self.check(request.headers.get("authorization", "").encode())
        except Refusal as refusal:
            content = {"error_code": "UNAUTHENTICATED", "message": refusal.message}
            return JSONResponse(content, refusal.status)
        return self.in_the_way(request.url.path, None) or JSONResponse(dict(page))


def find(name: str) -> tuple[Cause, str]:
    """The cause of a name, and the model that it is about: ``permission:gpt-5-4``. Raises UnknownCause."""
    known, _, model = name.partition(":")
    if known not in CAUSES:
        raise UnknownCause(f"there is no cause {name[:80]}; there are {', '.join(CAUSES)}")
    return CAUSES[known], model


def _types(name: str) -> list[str]:
    return [CHAT] if name in OTHER_MAKERS else [CHAT, RESPONSES]


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client, secret
