"""The reference endpoint and what stands in the input: images, files, texts that are hardly any."""

import asyncio
import base64
import io
import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from conformance.reference import input_files, mcp_server
from conformance.reference.body import MAX_BYTES
from conformance.reference.serve import running
from conformance.samples import conversations, image_input, other_input, text_input
from conformance.samples.image_input import FOLDER
from conformance.wire.sse import decode
from tests.reference.client import accepted, answered, ask, refused, text_of

PNG = (FOLDER / "square.png").read_bytes()
LOW = 85
few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def data_url(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def drawn(form: str, width: int, height: int, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (width, height), 200).save(stream, form, **options)
    return stream.getvalue()


def image(url: str | None, **members: Any) -> dict[str, Any]:
    return {"type": "input_image", "image_url": url, **members}


def shown(client: httpx.Client, *parts: Any, **body: Any) -> httpx.Response:
    """The answer to a message of these parts, in which no check finds anything, in JSON; the stream says the same."""
    replies = [ask(client, input=image_input.showing(*parts), **body, stream=stream) for stream in (False, True)]
    for reply in replies:
        accepted(reply)
    plain, streamed = replies
    assert streamed.status_code == plain.status_code
    told = decode(streamed.content)[0][-1].json["response"] if plain.status_code == 200 else streamed.json()
    assert told.get("usage") == plain.json().get("usage")
    assert told.get("message") == plain.json().get("message")
    return plain


def cost(client: httpx.Client, *parts: Any) -> int:
    """What the parts cost over the same message without them, in tokens."""
    counts = [shown(client, "What is this?", *some).json()["usage"]["input_tokens"] for some in (parts, ())]
    return int(counts[0] - counts[1])


# --- images ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", image_input.IMAGE_FORMATS)
def test_an_image_of_each_format_is_read(client: httpx.Client, form: str) -> None:
    """An image of any documented format is read and has its price, and two cost more."""
    for _ in range(2):
        assert cost(client, image_input.picture(form)) == LOW
    assert cost(client, image_input.picture(form), "And this?", image_input.picture("png")) > 2 * LOW


@pytest.mark.parametrize(
    ("size", "detail", "tiles"),
    [
        ((64, 64), "low", 0),
        ((64, 64), "auto", 0),
        ((64, 64), "high", 1),
        ((512, 512), None, 0),
        ((513, 512), None, 2),
        ((513, 512), "low", 0),
        ((1024, 1024), "high", 4),
        ((2048, 4096), "high", 6),
        ((4096, 4096), "high", 4),
        ((4000, 1), "high", 4),
    ],
)
def test_an_image_costs_by_its_tiles(
    client: httpx.Client, size: tuple[int, int], detail: str | None, tiles: int
) -> None:
    """The price of an image follows its size and detail."""
    assert cost(client, image(data_url(drawn("PNG", *size)), detail=detail)) == LOW + 170 * tiles


def test_a_detail_that_nobody_knows(client: httpx.Client) -> None:
    """A detail that nobody knows is refused."""
    refused(shown(client, image(image_input.picture("png"), detail="medium")), 400, "input[0].content[0].detail")


@pytest.mark.parametrize("item", ["function_call_output", "custom_tool_call_output"])
def test_images_in_the_output_of_a_call_are_read_too(client: httpx.Client, item: str) -> None:
    """An image in the output of a call costs tokens, and one that is none is refused."""
    kind = item.removesuffix("_output")
    call = {"type": kind, "call_id": "call_1", "name": "look"}
    call |= {"arguments": "{}"} if kind == "function_call" else {"input": ""}

    def looked(*parts: dict[str, Any]) -> httpx.Response:
        return ask(client, input=[call, {"type": item, "call_id": "call_1", "output": list(parts)}])

    text = {"type": "input_text", "text": "It looks like this:"}
    counts = [looked(*parts).json()["usage"]["input_tokens"] for parts in ([text], [text, image(data_url(PNG))])]
    assert counts[1] - counts[0] == LOW
    refused(looked(text, image(data_url(b"no image"))), 400, "input[1].output[1].image_url")


def test_a_screenshot_is_read_too(client: httpx.Client) -> None:
    """A screenshot is read, and one that is no image is refused."""
    call = {"type": "computer_call", "call_id": "call_1", "action": {"type": "screenshot"}}
    call |= {"id": "cu_1", "status": "completed", "pending_safety_checks": []}

    def looked(url: str) -> httpx.Response:
        output = {"type": "computer_screenshot", "image_url": url}
        return ask(client, input=[call, {"type": "computer_call_output", "call_id": "call_1", "output": output}])

    assert looked(data_url(PNG)).status_code == 200
    refused(looked(data_url(b"no image")), 400, "input[1].output.image_url")


def animated(form: str) -> bytes:
    frames = [Image.new("L", (8, 8), shade) for shade in (0, 120, 240)]
    stream = io.BytesIO()
    frames[0].save(stream, form, save_all=True, append_images=frames[1:], lossless=True)
    return stream.getvalue()


@pytest.mark.parametrize(
    "url",
    [
        *(pytest.param(image_input.picture(form), id=form) for form in image_input.OTHER_FORMATS),
        *(pytest.param(image_input.picture(form, claimed="png"), id=f"{form}_as_png") for form in ("bmp", "tiff")),
        *(pytest.param(row["image"], id=name) for name, row in image_input.REFUSED_IMAGES.items()),
        *(pytest.param(data_url(animated(form), f"image/{form}"), id=f"animated_{form}") for form in ("gif", "webp")),
        pytest.param(data_url(animated("png")), id="animated_png"),
        pytest.param(data_url(PNG[:-30]), id="cut"),
        pytest.param(data_url((FOLDER / "square.gif").read_bytes()[:-40], "image/gif"), id="cut_gif"),
        pytest.param(data_url(drawn("PNG", 4097, 4096)), id="too_many_pixels"),
        pytest.param(data_url(drawn("PNG", 20_000, 20_000)), id="bomb"),
        pytest.param(data_url(b""), id="empty"),
        pytest.param(data_url(PNG, "text/plain"), id="no_image_claimed"),
        pytest.param(data_url(PNG).replace(";base64", ""), id="not_in_base64"),
        pytest.param(data_url(PNG)[:-1], id="no_padding"),
        pytest.param(data_url(PNG) + "é", id="beyond_ASCII"),
        pytest.param("data:", id="no_data"),
        pytest.param("", id="no_url"),
        pytest.param("square.png", id="relative"),
        pytest.param("ftp://127.0.0.1/square.png", id="ftp"),
        pytest.param("http://127.0.0.1.example.invalid/", id="looks_like_loopback"),
        pytest.param("http://127.0.0.1:80@example.invalid/", id="loopback_as_user"),
        pytest.param("http://127.999.0.1/", id="no_address"),
        pytest.param("http://127.0.0.1:99999/", id="no_port"),
        pytest.param("http://127.0.0.1/\x00", id="no_path"),
        pytest.param(None, id="null"),
    ],
)
def test_images_that_are_refused(client: httpx.Client, url: str | None) -> None:
    """What is no image of a documented format is refused by its place."""
    refused(shown(client, image(url)), 400, "input[0].content[0]")


def test_an_image_that_is_stored_nowhere(client: httpx.Client) -> None:
    """An image by the id of a file is refused."""
    refused(shown(client, {"type": "input_image", "file_id": "file-1"}), 400, "input[0].content[0].file_id")


def test_the_names_of_types(client: httpx.Client) -> None:
    """A type may be written in several ways, and has to be that of the image."""
    jpeg = (FOLDER / "square.jpeg").read_bytes()
    for kind in ("image/jpg", "IMAGE/JPEG", "image/jpeg;charset=utf-8"):
        assert cost(client, image(data_url(jpeg, kind))) == LOW
    refused(shown(client, image(data_url(jpeg, "image/webp"))), 400, "WEBP", "JPEG")


def test_images_have_to_fit_into_the_context(client: httpx.Client) -> None:
    """Images beyond the context are refused."""
    part = image(data_url(drawn("PNG", 1024, 1024)), detail="high")
    refused(ask(client, input=image_input.showing(*[part] * 600)), 400, "context")


@few
@given(data=st.data(), form=st.sampled_from(sorted(image_input.IMAGE_FORMATS)))
def test_no_bytes_make_the_endpoint_fail(client: httpx.Client, data: st.DataObject, form: str) -> None:
    """Any damage to an image is answered or refused."""
    content = bytearray((FOLDER / f"square.{form}").read_bytes())
    for place, byte in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)))):
        content[place] = byte
    cut = data.draw(st.integers(0, len(content)))
    for sent in (bytes(content[:cut]), bytes(content), data.draw(st.binary(max_size=60))):
        assert ask(client, input=image_input.showing(image(data_url(sent, f"image/{form}")))).status_code in (200, 400)


@few
@given(url=st.text(max_size=40) | st.from_regex(r"(data:|http://127\.0\.0\.1)[ -~]{0,30}", fullmatch=True))
def test_no_url_makes_the_endpoint_fail(client: httpx.Client, url: str) -> None:
    """Any text as an address is refused."""
    refused(shown(client, image(url.encode(errors="replace").decode())), 400)


# --- images behind URLs ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[str]:
    """The root of a server on this machine that has a picture, and much else."""

    async def picture(_: Request) -> Response:
        return Response(PNG)

    async def lost(_: Request) -> Response:
        return Response(PNG, status_code=404)

    async def moved(_: Request) -> Response:
        return RedirectResponse("/picture")

    async def words(_: Request) -> Response:
        return Response(b"no image", media_type="image/png")

    async def endless(_: Request) -> Response:
        return StreamingResponse(itertools.repeat(bytes(MAX_BYTES // 10)))

    async def silent(_: Request) -> Response:
        async def dripping() -> AsyncIterator[bytes]:
            while True:
                yield b"x"
                await asyncio.sleep(0.05)

        return StreamingResponse(dripping())

    routes = [Route(f"/{one.__name__}", one) for one in (picture, lost, moved, words, endless, silent)]
    with running(Starlette(routes=routes)) as url:
        yield str(httpx.URL(url).copy_with(path="/"))


def test_an_image_is_fetched(client: httpx.Client, elsewhere: str) -> None:
    """An image is fetched from its address, and refused when nobody is there."""
    assert cost(client, image(f"{elsewhere}picture")) == LOW
    with mcp_server.running() as url:
        assert cost(client, url.replace("/mcp", "/square.png")) == LOW
    refused(shown(client, url.replace("/mcp", "/square.png")), 400, "input[0].content[0].image_url")


@pytest.mark.parametrize("path", ["lost", "moved", "words", "endless", "nowhere"])
def test_what_cannot_be_fetched(client: httpx.Client, elsewhere: str, path: str) -> None:
    """An address without an image is refused."""
    refused(shown(client, image(f"{elsewhere}{path}")), 400, "input[0].content[0].image_url")


def test_nobody_waits_for_ever(client: httpx.Client, elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says nothing is given up."""
    monkeypatch.setattr(input_files, "PATIENCE", 0.3)
    refused(shown(client, image(f"{elsewhere}silent")), 400, "in time")


def test_nothing_depends_on_the_port_of_the_server_of_images(client: httpx.Client) -> None:
    """The same image from another port has the same answer."""
    for body in ({}, {"top_logprobs": 1, "include": ["reasoning.encrypted_content"]}):
        for name, stream in itertools.product(("square.png", "nowhere"), (False, True)):
            replies, urls = [], []
            for _ in range(2):
                with mcp_server.running() as url:
                    urls.append(url.replace("/mcp", f"/{name}"))
                    replies.append(
                        ask(client, input=image_input.showing("Look:", image(urls[-1])), stream=stream, **body)
                    )
            assert urls[0] != urls[1]
            assert replies[0].status_code == (200 if name == "square.png" else 400)
            assert replies[0].content == replies[1].content
            assert replies[0].headers == replies[1].headers


# --- files and sound -------------------------------------------------------------------------------------------------


def a_file(**members: Any) -> dict[str, Any]:
    return {"type": "input_file", "filename": "notes", **members}


def test_a_file_of_text_costs_what_its_text_does(client: httpx.Client) -> None:
    """The price of a file grows with its text."""
    assert cost(client, other_input.FILE) > LOW
    costs = [cost(client, a_file(file_data=data_url(b"word " * count, "text/plain"))) for count in (0, 100, 1000)]
    assert costs[1] - costs[0] == 125
    assert costs[2] - costs[0] == 1250


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ({"file_data": data_url(b"%PDF-1.7", "application/pdf")}, "file_data"),
        ({"file_data": data_url(b"\xff\xfe", "text/plain")}, "file_data"),
        ({"file_data": "data:text/plain;base64,%%%%"}, "file_data"),
        ({"file_data": "plain text"}, "file_data"),
        ({"file_data": None}, "file_id"),
        ({"file_id": "file-1"}, "file_id"),
        ({"file_url": "https://example.com/notes.txt"}, "file_url"),
        ({}, "input[0].content[0]"),
    ],
)
def test_files_that_are_refused(client: httpx.Client, members: dict[str, Any], name: str) -> None:
    """A file that is none, or of another type, is refused."""
    refused(shown(client, a_file(**members)), 400, "input[0].content[0]", name)


def test_sound_is_refused(client: httpx.Client) -> None:
    """Sound is refused by its place."""
    refused(shown(client, other_input.AUDIO), 400, "input[0].content[0].type")


# --- text ------------------------------------------------------------------------------------------------------------


TEXTS = {name: getattr(text_input, name) for name in ("TYPED", "ROLES", "HISTORY", "CHARACTERS", "LONG")}


@pytest.mark.parametrize("text", [*TEXTS.values(), conversations.CONVERSATION], ids=[*TEXTS, "CONVERSATION"])
def test_text_is_answered(client: httpx.Client, text: Any) -> None:
    """Each text that the suite sends is answered, streamed or not."""
    for stream in (False, True):
        reply = ask(client, input=text, instructions="Answer in one sentence.", stream=stream)
        accepted(reply)
        assert reply.status_code == 200
    assert answered(client, input=text)["status"] == "completed"


@pytest.mark.parametrize("name", text_input.EMPTY_INPUTS)
def test_text_that_is_empty_is_answered(client: httpx.Client, name: str) -> None:
    """An empty text is answered."""
    response = answered(client, **text_input.EMPTY_INPUTS[name])
    assert "no text" in text_of(response)
    assert response["usage"]["input_tokens"] > 0


@pytest.mark.parametrize("name", text_input.REFUSED_INPUTS)
def test_input_that_is_none_is_refused(client: httpx.Client, name: str) -> None:
    """What is no input is refused, streamed or not."""
    for stream in (False, True):
        refused(ask(client, input=text_input.REFUSED_INPUTS[name]["input"], stream=stream), 400, "input")
