"""Shapes of requests: each can be told, taken away, and sent alone; and each is sent by some test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.contract import Level, load
from conformance.samples import clients
from conformance.samples.client_requests import SHAPES, Body, Written, plainly, requests, shapes_of
from conformance.wire.schema import violations

CLIENTS = {name: value for name, value in vars(clients).items() if isinstance(value, clients.Client)}
PACKS = {name: getattr(requests, name) for name in ("TOOLS", "HOSTED", "SETTINGS", "FORMAT", "HISTORY")}
RANK = list(Level)


def written() -> Iterator[tuple[str, Written]]:
    """Every request of the chapters, with its name."""
    for name, body in {**PACKS, **requests.TOLD}.items():
        yield name, Written({"model": "gpt-5-4", **body})
    for name, client in CLIENTS.items():
        first = client.first("gpt-5-4")
        yield f"{name} 1", first
        yield f"{name} 2", client.then(first.body, answer_to(client))


def answer_to(client: clients.Client) -> list[Body]:
    """A typical output, with what the client asks to be included."""
    encrypted = {"encrypted_content": "gAAAAA"} if client.settings.get("include") else {}
    return [{**item, **encrypted} if item["type"] == "reasoning" else item for item in clients.TYPICAL]


REQUESTS = dict(written())


@pytest.mark.parametrize("name", REQUESTS)
def test_each_shape_can_be_sent_alone(name: str) -> None:
    """What is taken away is gone, what is kept stays, and nothing else comes with it."""
    request = REQUESTS[name]
    assert shapes_of(plainly(request)) == []
    for shape in shapes_of(request):
        assert not shape.is_in(shape.plainly(request))
        alone = plainly(request, but=[shape])
        assert [found.name for found in shapes_of(alone)] == [shape.name]


def test_each_shape_is_sent() -> None:
    """No shape is left to chance."""
    sent = {shape.name for request in REQUESTS.values() for shape in shapes_of(request)}
    assert sent == {shape.name for shape in SHAPES}


@pytest.mark.parametrize("name", [*PACKS, *requests.TOLD])
def test_requests_are_right(name: str) -> None:
    """What the suite writes itself in the name of clients is right by its schema."""
    assert list(violations("request", REQUESTS[name].body)) == []


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_is_promised_no_more_than_its_weakest_part(name: str) -> None:
    """The row of a client names the weakest of its parts under the contract that documents models."""
    contract = load("databricks")
    row = contract.requirements[f"clients.{name.lower()}"]
    levels = [contract.level(part, "gpt-5-4") for part in CLIENTS[name].requirements]
    weakest = max((level for level in levels if level), key=RANK.index)
    assert contract.level(row.id, "gpt-5-4") is weakest
    assert row.weakest in CLIENTS[name].requirements


def test_every_row_has_its_shape_and_its_clients() -> None:
    """A row of the chapter is a shape, and tells which clients send it."""
    rows = {row.id for row in load("databricks").chapters["client_requests"].requirements}
    others = {"client_requests.compressed_stream", "client_requests.together"}
    assert {shape.requirement for shape in SHAPES} == rows - others
    assert all(row.clients for row in load("databricks").chapters["client_requests"].requirements)
