"""The form of an input: what is asked in another one, and what tells that it has to be."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import Outcome
from conformance.run.forms import Forms, form_of, told
from conformance.verdict import Case, Run

ONE = [{"role": "user", "content": "Hello"}]


def case(*requirements: str) -> Case:
    """A case that puts some requirements to the test."""
    return Case("node", "streams", "text", "gpt-5-4", "gpt-5-4", requirements or ("streams.text",))


@pytest.mark.parametrize(
    ("only", "given", "sent"),
    [
        (None, "Hello", "Hello"),
        ("list", "Hello", ONE),
        ("list", ONE, ONE),
        ("string", ONE, "Hello"),
        ("string", [{"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}], "Hello"),
        ("string", [*ONE, *ONE], [*ONE, *ONE]),
        ("string", [{"role": "system", "content": "Hello"}], [{"role": "system", "content": "Hello"}]),
        ("list", 7, 7),
    ],
)
def test_shaped(only: str | None, given: Any, sent: Any) -> None:
    """An input is said in the form that is taken where it can be, and a case notes it once."""
    forms, one = Forms(only), case()
    assert forms.shaped({"model": "m", "input": given}, one) == {"model": "m", "input": sent}
    forms.shaped({"input": given}, one)
    assert len(one.notes) == (sent is not given and sent != given)


def test_raw() -> None:
    """What is sent as it stands changes in its input only."""
    content = '{"model":"MODEL","input":"Hello","max_output_tokens":64'
    changed = '{"model":"MODEL","input":[{"role":"user","content":"Hello"}],"max_output_tokens":64'
    assert Forms().raw(content, case()) == content
    assert Forms("list").raw(content, case()) == changed
    assert Forms("string").raw(content, case()) == content


def test_a_promised_form_is_kept() -> None:
    """The test of a form asks in that form."""
    one = case("supported_models.string_input")
    assert Forms("list").shaped({"input": "Hello"}, one) == {"input": "Hello"}
    assert one.notes == []


@pytest.mark.parametrize(
    ("answered", "only"), [({"plain"}, "string"), ({"list"}, "list"), (set(), None), ({"plain", "list"}, None)]
)
def test_learn(answered: set[str], only: str | None) -> None:
    """Only a form beside which the other one is answered is given up."""
    forms = Forms()
    forms.learn("string" if only != "string" else "list", lambda shape: shape in answered)
    assert forms.only == only


def test_leaves_open() -> None:
    """A form that was answered once is taken, and a refusal of it says nothing of the form."""
    forms = Forms()
    assert forms.leaves_open("string", 422)
    assert not forms.leaves_open("string", 404)
    assert not forms.leaves_open("string", 200)
    assert not forms.leaves_open("string", 422)
    assert forms.leaves_open("list", 400)
    assert not Forms("list").leaves_open("string", 422)


def test_explains() -> None:
    """A refusal is explained by a form that is not taken, but only of what had to be answered."""
    forms = Forms("string")
    assert forms.explains(422, "list", Outcome.ANSWERED, case())
    assert not forms.explains(422, "list", Outcome.REFUSED, case())
    assert not forms.explains(404, "list", Outcome.ANSWERED, case())
    assert not forms.explains(400, "string", Outcome.ANSWERED, case())
    assert not Forms().explains(400, "list", Outcome.ANSWERED, case())


def test_form_of() -> None:
    """Whatever is no request has no form."""
    assert [form_of(body) for body in ({"input": ""}, {"input": []}, {}, None, 7)] == [
        "string",
        "list",
        None,
        None,
        None,
    ]


def test_told() -> None:
    """A verdict counts the cases that were asked in another form, and says nothing where there are none."""
    run, one = Run(), case()
    assert told(run) == []
    Forms("list").shaped({"input": "Hello"}, one)
    run.add(one.record().as_dict())
    assert told(run) == ["1 cases asked with a list, as the target takes no string as an input"]
