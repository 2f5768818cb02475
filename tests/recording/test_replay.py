"""Replay: how a request finds its exchange, and cassettes that are broken, astray or somewhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.wire.edit import Edit, put, without
from tests.recording.cassettes import NODE, REQUEST, RESPONSE, SENT, edit, replay
from tests.run.checkout import Checkout
from tests.run.results import failed

EDITS = {
    "changed": (put("/input", "Another question?"), ["/input: ", "Another question?"]),
    "nested": (put("/reasoning/effort", "high"), ["/reasoning/effort: ", '"high"']),
    "removed": (without("/max_output_tokens"), ["/max_output_tokens: nothing recorded, 256 now"]),
    "added": (lambda body: body | {"a/b~c": 1}, ["/a~1b~0c: 1 recorded, nothing now"]),
    "a-float": (put("/max_output_tokens", 256.0), ["/max_output_tokens: 256.0 recorded, 256 now"]),
}


@pytest.mark.parametrize(("change", "words"), EDITS.values(), ids=EDITS)
def test_edited_request(checkout: Checkout, change: Edit, words: list[str]) -> None:
    """An edited request body fails exactly its test, with the pointer and the command that records it."""
    edit(checkout.cassette(), put(SENT, change))
    result = replay(checkout, "conformance/test_supported_models.py", "conformance/test_streams.py")
    assert result.ret == 1
    assert failed(result) == [NODE]
    lines = [line for line in result.outlines if " recorded, " in line]
    assert len(lines) == 1
    assert all(word in lines[0] for word in words), lines
    command = next(line for line in result.outlines if "record it:" in line)
    assert NODE in command
    assert "--live" in command
    assert "--record-mode=all" in command


def test_edited_route_and_credential(checkout: Checkout) -> None:
    """An edited method, path, query, content type or form of the credential is told by its name."""
    for member, value in (("path", "/other"), ("query", "a=b"), ("credential", "none"), ("content_type", "text/plain")):
        edit(checkout.cassette(), put(f"{REQUEST}/{member}", value))
    result = replay(checkout, "-k", "string_input")
    assert failed(result) == [NODE]
    for member in ("path: '/other'", "query: 'a=b'", "credential: 'none'", "content_type: 'text/plain'"):
        result.stdout.fnmatch_lines([f"*{member} recorded*"])


def test_order_of_members_does_not_matter(checkout: Checkout) -> None:
    """A recorded request with its members in another order, in another style, is the same request."""
    turned = put(SENT, lambda body: dict(reversed(body.items())))
    edit(checkout.cassette(), turned, put(f"{REQUEST}/body/style", "indented-ascii"))
    assert replay(checkout, "-k", "string_input").ret == 0


def test_recorded_exchange_that_is_not_used(checkout: Checkout) -> None:
    """A recorded exchange that the test does not ask for fails it."""
    edit(checkout.cassette(), put("/exchanges", lambda exchanges: exchanges * 2))
    result = replay(checkout)
    assert failed(result) == [NODE]
    result.stdout.fnmatch_lines(["*recorded exchange 2 of 2 was not used: POST /responses*"])


def test_request_beyond_the_cassette(checkout: Checkout) -> None:
    """A test that asks twice what was recorded once fails, as it asks for more than there is."""
    tests = checkout.path / "conformance" / "test_supported_models.py"
    tests.write_text(
        tests.read_text().replace(
            "    ask(model, conversations.QUESTION)\n", "    ask(model, conversations.QUESTION)\n" * 2
        )
    )
    result = replay(checkout, "-k", "string_input")
    assert failed(result) == [NODE]
    result.stdout.fnmatch_lines(["*all 1 exchanges of the cassette * were used before this request*"])


def _break(content: str | bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content.encode() if isinstance(content, str) else content)


def _edit(change: Edit) -> Callable[[Path], object]:
    return lambda path: edit(path, change)


BROKEN = {
    "removed": (Path.unlink, ["there is no cassette"]),
    "emptied": (_break(""), ["an empty body"]),
    "blank": (_break(" \n"), ["an empty body"]),
    "truncated": (lambda path: path.write_bytes(path.read_bytes()[:-700]), ["no JSON"]),
    "no-json": (_break("<html>"), ["not JSON"]),
    "no-utf-8": (_break(b'{"format": "\xff"}'), ["bytes that are not UTF-8"]),
    "deep": (_break("[" * 100_000), ["nested deeper"]),
    "a-list": (_break("[]"), ["an object"]),
    "a-conflict": (_break("<<<<<<< HEAD\n{}\n"), ["no JSON"]),
    "other-format": (_edit(put("/format", 1)), ["/format"]),
    "no-exchange": (_edit(put("/exchanges", [])), ["/exchanges"]),
    "no-provenance": (_edit(without("/provenance")), ["provenance"]),
    "status": (_edit(put(f"{RESPONSE}/status", "200")), ["/exchanges/0/response/status"]),
    "only-a-style": (_edit(put(f"{RESPONSE}/body", {"style": "compact"})), ["/exchanges/0/response/body"]),
    "two-bodies": (
        _edit(put(f"{RESPONSE}/body", {"json": 1, "style": "compact", "text": "2"})),
        ["/exchanges/0/response/body"],
    ),
    "no-style": (_edit(put(f"{RESPONSE}/body", {"json": 1})), ["/exchanges/0/response/body"]),
    "digest-of-a-response": (
        _edit(put(f"{RESPONSE}/body", {"digest": {"length": 1, "sha256": "0" * 64}})),
        ["/exchanges/0/response/body"],
    ),
    "no-base64": (_edit(put(f"{RESPONSE}/body", {"base64": "A"})), ["cannot be decoded"]),
    "event-without-data": (
        _edit(put(f"{RESPONSE}/body", {"events": [{"event": "x"}], "style": "compact", "line_end": "\n"})),
        ["/exchanges/0/response/body"],
    ),
    "a-folder": (lambda path: (path.unlink(), path.mkdir()), ["cannot be read"]),
}


@pytest.mark.parametrize(("damage", "words"), BROKEN.values(), ids=BROKEN)
def test_broken_cassette(checkout: Checkout, damage: Callable[[Path], object], words: list[str]) -> None:
    """A cassette that is missing or broken fails its test with one sentence that names the file."""
    damage(checkout.cassette())
    result = replay(checkout, "conformance/test_supported_models.py")
    assert result.ret == 1
    assert failed(result) == [NODE]
    told = [
        line for line in result.outlines if str(checkout.cassette()) in line and all(word in line for word in words)
    ]
    assert len(told) == 1, result.stdout.str()


def test_response_header_outside_ascii(checkout: Checkout) -> None:
    """A recorded header may hold characters outside ASCII."""
    _edit(put(f"{RESPONSE}/headers/x-request-id", ["café"]))(checkout.cassette())
    assert replay(checkout, "-k", "string_input").ret == 0


STRAYS = {
    "another-folder": "supported_models/no_such_test/gpt-5-4.json",
    "another-chapter": "no_such_chapter/string_input/gpt-5-4.json",
    "universal-chapter": "response/string_input/gpt-5-4.json",
    "another-case": "supported_models/string_input/gpt-9.json",
    "letters": "supported_models/string_input/GPT-5-4.json",
    "no-cassette": "supported_models/string_input/gpt-5-4.json.orig",
    "yaml": "supported_models/string_input/gpt-5-4.yaml",
    "in-the-root": "gpt-5-4.json",
    "too-deep": "supported_models/string_input/old/gpt-5-4.json",
    "of-a-foreign-model": "supported_models/string_input/gpt-oss-120b.json",
}


def test_stray_cassettes(checkout: Checkout) -> None:
    """A file that belongs to no case is a failure of its own with one sentence; all other cases pass."""
    for name in STRAYS.values():
        path = checkout.cassettes / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(checkout.cassette().read_bytes())
    (checkout.cassettes / ".hidden").write_text("")
    result = replay(checkout)
    assert result.ret == 1
    told = [line for line in result.outlines if "belongs to no case" in line and not line.startswith("FAILED")]
    assert len(told) == len(STRAYS) == len(failed(result))
    for name in STRAYS.values():
        assert len([line for line in told if str(checkout.cassettes / name) in line]) == 1, name


def test_cassette_of_a_case_that_was_not_selected_is_no_stray(checkout: Checkout) -> None:
    """A cassette of another model, or of a test that was not selected, is no stray."""
    path = checkout.cassettes / "unsupported_parameters" / "boundary_value" / "gpt-5-1-store=null.json"
    path.write_bytes(checkout.cassette("unsupported_parameters/boundary_value/gpt-5-4-store=null").read_bytes())
    assert replay(checkout).ret == 0
    assert replay(checkout, NODE).ret == 0


def test_set_that_is_a_link(checkout: Checkout) -> None:
    """A set may be a link to a folder, and so may a chapter in it."""
    real = checkout.path / "elsewhere"
    checkout.cassettes.rename(real)
    checkout.cassettes.symlink_to(real, target_is_directory=True)
    assert replay(checkout).ret == 0
    (real / "stray.json").write_text("{}")
    assert replay(checkout, "-k", "stray").ret == 1
