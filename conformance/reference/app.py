"""The application: one route, its door-keeper, and the way from a request to the bytes of an answer."""

import asyncio
import hashlib
import traceback
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HTTPRequest
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from conformance import __version__
from conformance.contract import load
from conformance.reference.answer import answer
from conformance.reference.body import MAX_BYTES, canonical, portless, read_object, too_large
from conformance.reference.credentials import check_credential
from conformance.reference.input_files import read_files
from conformance.reference.refusal import Refusal
from conformance.reference.reply import (
    Received,
    Reply,
    ReplyEdit,
    RequestEdit,
    as_sent,
    chunks,
    encoded,
    refused,
    streamed,
    unchanged,
)
from conformance.reference.request import read_request
from conformance.reference.servers import ask_servers
from conformance.reference.stream import events
from conformance.reference.workspace import ROUTE_PATHS, Workspace
from conformance.wire.json_values import MAX_NUMBER

BASE_PATH: Final = "/ai-gateway/mlflow/v1"
BEGUN: Final = 2
"""Events with which a stream begins: response.created and response.in_progress."""

NO_BODY: Final[Mapping[str, Any]] = {}
TARGET_HEADER: Final = "x-conformance-target"
TARGET: Final = f"reference endpoint/{__version__}"


def create_app(
    token: str | None = None,
    chunk_bytes: int | None = None,
    delay: float = 0.0,
    *,
    thinking: float = 0.0,
    request_edit: RequestEdit = as_sent,
    reply_edit: ReplyEdit = unchanged,
    target: str = TARGET,
    pause: float = 1.0,
    workspace: Workspace | None = None,
) -> Starlette:
    """The reference endpoint as an ASGI application.

    ``token``: the only one that is accepted; None accepts any. ``chunk_bytes`` cuts streams into pieces of that size,
    ``delay`` waits so many seconds after each event, ``thinking`` before the first output of a stream.
    ``request_edit`` is applied to the body of every request before it is looked at, ``reply_edit`` to every reply just
    before it is sent. ``pause`` is how many seconds an edit waits that does. ``target`` is what the endpoint calls
    itself. With a ``workspace`` it stands behind a control plane, on all routes of that, which looks at credentials
    and names.
    """
    contract = load("databricks")
    memory: dict[object, Any] = {}
    paths = ROUTE_PATHS if workspace is not None else (BASE_PATH,)

    async def respond(request: HTTPRequest) -> Response:
        content = b""
        body: dict[str, Any] = {}
        try:
            try:
                content = await _content(request)
                body = read_object(request.headers.get("content-type"), content)
            finally:
                # Whatever is wrong with the body, the credential comes first.
                if workspace is None:
                    check_credential(_authorization(request), token)
                else:
                    workspace.check(_authorization(request))
            if workspace is not None:
                if (instead := workspace.in_the_way(request.url.path, body.get("model"))) is not None:
                    instead.headers[TARGET_HEADER] = target
                    return instead
                known = workspace.asked(request.url.path, body)
            else:
                known = body
            # In threads, so that no request waits for the schema or the grammar of another one.
            asked = await read_files(await asyncio.to_thread(read_request, contract, request_edit(known)))
            response = await asyncio.to_thread(answer, asked, await ask_servers(asked))
        except Refusal as refusal:
            return await send(request, refused(refusal), content, body)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        if not asked.streamed:
            return await send(request, Reply(200, response), content, body)
        options = asked.setting("stream_options", {})
        told = events(response, obfuscated=options.get("include_obfuscation") is not False)
        return await send(request, streamed(told), content, body)

    async def send(
        request: HTTPRequest, reply: Reply, content: bytes = b"", body: Mapping[str, Any] = NO_BODY
    ) -> Response:
        known = portless({**body})
        named = content if known == body else canonical(known).encode()
        seed = canonical([request.method, request.url.path, reply.status]).encode() + named
        headers = {TARGET_HEADER: target, "x-request-id": hashlib.sha256(seed).hexdigest()[:32], **reply.headers}
        received = Received(request.method, request.url.path, request.url.query, dict(request.headers))
        reply = replace(reply, headers=headers, asked=body, received=received, memory=memory, pause=pause)
        reply = reply_edit(reply)
        await asyncio.sleep(reply.late)
        headers = {"content-type": reply.media_type, **reply.headers}
        if reply.frames is None:
            return Response(encoded(reply.content), reply.status, headers)
        return StreamingResponse(_body(reply, chunk_bytes, delay, thinking), reply.status, headers)

    async def no_route(request: HTTPRequest, _: Exception) -> Response:
        return await send(request, refused(Refusal(404, f"No such path; the endpoint is {BASE_PATH}/responses.")))

    async def no_method(request: HTTPRequest, _: Exception) -> Response:
        refusal = Refusal(405, "This method is not supported here, only POST is.", "method_not_supported")
        return await send(request, replace(refused(refusal), headers={"allow": "POST"}))

    async def defect(request: HTTPRequest, error: Exception) -> Response:
        # Nothing that is sent should lead here. If it does, the answer has to say what happened, for nobody logs it.
        line = traceback.extract_tb(error.__traceback__)[-1]
        problem = f"{type(error).__name__} in {Path(line.filename).name} line {line.lineno}: {error}"
        return await send(request, refused(Refusal(500, f"The reference endpoint failed: {problem}")))

    app = Starlette(
        routes=[
            *(Route(f"{path}/responses", respond, methods=["POST"]) for path in paths),
            *(workspace.routes() if workspace is not None else ()),
        ],
        exception_handlers={404: no_route, 405: no_method, Exception: defect},
    )
    app.router.redirect_slashes = False
    return app


def _authorization(request: HTTPRequest) -> bytes | None:
    values = [value for name, value in request.headers.raw if name == b"authorization"]
    return values[0] if len(values) == 1 else None


async def _content(request: HTTPRequest) -> bytes:
    """The body, which is read no further than to the limit. Raises Refusal (413)."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and (len(announced) > MAX_NUMBER or int(announced) > MAX_BYTES):
        raise too_large()
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_BYTES:
            raise too_large()
    return bytes(content)


async def _body(reply: Reply, chunk_bytes: int | None, delay: float, thinking: float) -> AsyncIterator[bytes]:
    parts = (frame.encoded() for frame in reply.frames or ())
    if reply.held:
        await asyncio.sleep(reply.held)
        parts = (part for part in [b"".join(parts)])
    sent = 0
    for chunk in chunks(parts, chunk_bytes):
        if chunk is not None:
            yield chunk
        else:
            sent += 1
        # A turn of the event loop even without a delay: else nobody notices that the client has gone.
        pause = thinking if sent == BEGUN else 0.0
        await asyncio.sleep(delay + pause if chunk is None else 0)
