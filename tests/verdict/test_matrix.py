"""The matrix: a letter for each chapter on each model."""

from __future__ import annotations

import pytest

from conformance.contract import load
from conformance.report import matrix
from conformance.verdict import CaseOutcome
from tests.verdict.runs import judged

DATABRICKS = load("databricks")
MODELS = DATABRICKS.documented_models()


def test_matrix() -> None:
    """What is bad has a row of its own, the worst first; chapters in which nothing is share one."""
    of_one = [("gpt-5", "streams.text", "pass"), ("gpt-5", "streams.text", "fail"), ("gpt-5", "usage.total", "pass")]
    of_other = [("gpt-5-4", "items.id_prefix", "warn"), ("gpt-5-4", "calls.ids", "observed")]
    made = judged(*of_other, *of_one, ("gpt-5-4", "mcp.called", "could not run"))
    assert matrix(made, DATABRICKS, 100) == [
        "A B",
        "F -  streams",
        "- N  mcp",
        "- w  items",
        ". o  calls, usage",
        "A gpt-5   B gpt-5-4",
        "F fail   N could not run   w warning   o observed only   . pass   - nothing tried",
    ]
    assert matrix(made, DATABRICKS, 80, verbose=True)[4:6] == ["- o  calls", ". -  usage"]


def test_matrix_in_which_all_is_well() -> None:
    """Where nothing is bad a sentence will do; what was observed beside what passed is nothing worse."""
    made = judged(("gpt-5", "usage.total", "pass"), ("gpt-5", "usage.total", "observed"), ("gpt-5-4", "a.b", "pass"))
    assert matrix(made, DATABRICKS, 80) == ["2 chapters on 2 models: in none of them is anything bad"]
    assert matrix(made, DATABRICKS, 80, verbose=True)[1] == "- .  a"


@pytest.mark.parametrize("width", [40, 80, 120, 400])
def test_matrix_fits(width: int) -> None:
    """With all chapters, all models and any outcome the matrix keeps within the width, and each model is named once."""
    outcomes = [str(outcome) for outcome in CaseOutcome]
    many = (*MODELS, *(f"main.prod.my_gpt_{number}" for number in range(30)))
    rows = enumerate(DATABRICKS.requirements)
    made = judged(*((model, row, outcomes[number % 7]) for number, row in rows for model in many))
    lines = matrix(made, DATABRICKS, width)
    assert max(map(len, lines)) <= width
    told = "\n".join(lines).replace("\n", "   ").split("   ")
    assert [one.split(" ")[-1] for one in told if one.endswith(many)] == list(many)


def test_twenty_models() -> None:
    """Twenty models stand beside each other on eighty columns."""
    made = judged(*((f"model-{number}", "streams.text", "fail") for number in range(20)))
    assert matrix(made, DATABRICKS, 80)[1] == "F " * 20 + " streams"


def test_many_chapters_are_counted() -> None:
    """Many chapters in which all is well are counted beside those that are bad."""
    chapters = [(("gpt-5", f"{name}.x", "pass")) for name in DATABRICKS.chapters]
    made = judged(*chapters, ("gpt-5", "else.x", "warn"))
    assert matrix(made, DATABRICKS, 80)[2] == f".  {len(chapters)} chapters in which nothing is bad"


def test_matrix_is_the_same_in_any_order() -> None:
    """The matrix does not depend on the order in which cases ended; models that nobody knows stand last."""
    rows = [(model, "streams.text", "fail") for model in ("demo", *MODELS)]
    assert matrix(judged(*rows), DATABRICKS, 300) == matrix(judged(*rows[1:], rows[0]), DATABRICKS, 300)
    assert matrix(judged(*rows), DATABRICKS, 300)[-2].split()[1::2] == [*MODELS, "demo"]


def test_matrix_is_painted() -> None:
    """Each letter is painted by its outcome; a model's name cannot paint anything."""
    rows = [(model, "streams.text", "fail") for model in ("a\x1b[31m", "b" * 200, "c")]
    assert all(line.isprintable() for line in matrix(judged(*rows), DATABRICKS, 80))
    painted = matrix(judged(*rows), DATABRICKS, 80, paint=lambda letter, outcome: f"<{outcome} {letter}>")
    assert painted[1] == "<fail F> <fail F> <fail F>  streams"
