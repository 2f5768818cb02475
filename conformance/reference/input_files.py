"""The images and files in the input: read to their end, and counted. A request is refused for one that is none.

Only addresses on this machine are fetched from. Any other one counts as out of reach, and is not even looked up.
"""

import asyncio
import base64
import io
import warnings
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import httpx
from PIL import Image

from conformance.reference.body import MAX_BYTES, ON_LOOPBACK, without_port
from conformance.reference.conversation import items
from conformance.reference.refusal import Refusal, invalid
from conformance.reference.request import Request, check_context
from conformance.reference.text import text_tokens

Part = dict[str, Any]

# The items whose parts can be images and files, and the member that holds these.
HOLDERS: Final = {
    "message": "content",
    "function_call_output": "output",
    "custom_tool_call_output": "output",
    "computer_call_output": "output",
}
IMAGE_TYPES: Final = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/jpg": "JPEG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
}
KNOWN: Final = "PNG, JPEG, WEBP and GIF without animation are supported"
MAX_PIXELS: Final = 4096 * 4096
# An image costs what any file in the body does, and this for each tile that it is cut into.
TOKENS_A_TILE: Final = 170
TILE: Final = 512
LONG_SIDE, SHORT_SIDE = 2048, 768
# How long all files of a request may take, in seconds.
PATIENCE: Final = 10.0
UNLIMITED: Final = httpx.Timeout(None)


async def read_files(request: Request) -> Request:
    """The request with the cost of what its images and files hold.

    Raises Refusal (400) for one that cannot be read, or where all of them do not fit into the context.
    """
    tokens = request.input_tokens
    where = "input"
    try:
        async with asyncio.timeout(PATIENCE):
            for where, part in _parts(request.body):
                tokens += await READERS[part["type"]](where, part)
                await asyncio.sleep(0)  # else the time would not be looked at
    except TimeoutError:
        raise invalid(where, "the images and files of the input could not be read in time.") from None
    check_context(tokens)
    return replace(request, input_tokens=tokens)


def _parts(body: dict[str, Any]) -> Iterator[tuple[str, Part]]:
    """The parts of the input that hold an image or a file, and where they stand."""
    for number, item in enumerate(items(body)):
        member = HOLDERS.get(item.get("type", "message"), "")
        where, value = f"input[{number}].{member}", item.get(member)
        parts = [(where, value)] if isinstance(value, dict) else []
        if isinstance(value, list):
            parts = [(f"{where}[{place}]", part) for place, part in enumerate(value)]
        yield from ((where, part) for where, part in parts if part["type"] in READERS)


# --- images


async def _image_tokens(where: str, part: Part) -> int:
    url = part.get("image_url")
    if url is None:
        raise _no_stored_file(where)
    where = f"{where}.image_url"
    if url[:5].lower() == "data:":
        claimed, content = _data(where, url)
        if claimed not in IMAGE_TYPES:
            raise invalid(where, f"the type '{claimed[:100]}' is not supported, {KNOWN}.")
        width, height = _size(where, content, IMAGE_TYPES[claimed])
    else:
        width, height = _size(where, await _fetched(where, url))
    return TOKENS_A_TILE * _tiles(width, height, part.get("detail") or "auto")


def _size(where: str, content: bytes, claimed: str | None = None) -> tuple[int, int]:
    """Width and height of an image. Raises Refusal for what is none, and for one of another type than it claims."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes, which are judged here, and of oddities that do no harm
            with Image.open(io.BytesIO(content), formats=sorted({*IMAGE_TYPES.values()})) as image:
                # A JPEG with a second picture behind the first, as telephones make them, goes by another name.
                kind = "JPEG" if image.format == "MPO" else image.format
                width, height = image.size
                moves = kind != "JPEG" and getattr(image, "is_animated", False)
                if width * height <= MAX_PIXELS:
                    image.load()
    except Exception:  # broken images fail in as many ways as there are decoders
        raise invalid(where, f"it is no image that can be read, {KNOWN}.") from None
    if claimed not in (None, kind):
        raise invalid(where, f"it claims to be {claimed} and is {kind}.")
    if moves:
        raise invalid(where, f"the image is animated, {KNOWN}.")
    if width * height > MAX_PIXELS:
        raise invalid(where, f"the image has {width}x{height} pixels, more than {MAX_PIXELS}.")
    return width, height


def _tiles(width: int, height: int, detail: str) -> int:
    """How many tiles are looked at. Of an image that is no larger than one, ``auto`` makes none."""
    if detail == "low" or (detail == "auto" and max(width, height) <= TILE):
        return 0
    scale = min(1.0, LONG_SIDE / max(width, height), SHORT_SIDE / min(width, height))
    across, down = (max(1, -(-round(side * scale) // TILE)) for side in (width, height))
    return across * down


async def _fetched(where: str, url: str) -> bytes:
    """What stands behind an address. Raises Refusal for one that is not on this machine, or gives nothing."""
    problem = invalid(where, f"nothing could be fetched from '{without_port(url)[:100]}'.")
    if not ON_LOOPBACK.match(url):
        raise problem
    content = bytearray()
    try:
        async with (
            httpx.AsyncClient(timeout=UNLIMITED, trust_env=False, headers={"accept-encoding": "identity"}) as client,
            client.stream("GET", url) as reply,
        ):
            # A redirection counts as nothing: it could lead anywhere.
            if reply.status_code != httpx.codes.OK:
                raise problem
            async for chunk in reply.aiter_raw():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise invalid(where, f"the image is larger than {MAX_BYTES} bytes.")
    except Refusal:
        raise
    except Exception:  # errors of several libraries, and groups of them
        raise problem from None
    return bytes(content)


# --- files


async def _file_tokens(where: str, part: Part) -> int:
    """A file of text costs what its text does."""
    if part.get("file_url") is not None:
        raise invalid(f"{where}.file_url", "files are not fetched, only 'file_data' is supported.")
    if part.get("file_data") is None:
        raise _no_stored_file(where)
    where = f"{where}.file_data"
    claimed, content = _data(where, part["file_data"])
    if not claimed.startswith("text/"):
        raise invalid(where, f"the type '{claimed[:100]}' is not supported, only files of text are.")
    try:
        return text_tokens(len(content.decode("utf-8")))
    except UnicodeError:
        raise invalid(where, "the text is not valid UTF-8.") from None


READERS: Final[Mapping[str, Callable[[str, Part], Awaitable[int]]]] = {
    "input_image": _image_tokens,
    "computer_screenshot": _image_tokens,
    "input_file": _file_tokens,
}


# --- both


def _data(where: str, url: str) -> tuple[str, bytes]:
    """The type and the content of a data URL."""
    head, _, data = url.partition(",")
    scheme, _, kind = head.lower().partition(":")
    kind, *options = kind.split(";")
    if scheme != "data" or options[-1:] != ["base64"]:
        raise invalid(where, "expected a data URL with a type and base64.")
    try:
        return kind, base64.b64decode(data, validate=True)
    except ValueError:
        raise invalid(where, "its data are not valid base64.") from None


def _no_stored_file(where: str) -> Refusal:
    return invalid(f"{where}.file_id", "no files are stored here.")
