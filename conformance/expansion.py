"""From marks to cases: which models and values a test is tried on, and the names of all cases that there could be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.contract import Contract, Level, Lifecycle
from conformance.recording import file_name
from conformance.settings import Settings
from conformance.verdict import Case

MARKS = (
    "requirement(*ids): the promises that a test puts to the test; {name.attribute} is filled from its parameters",
    "models(custom_tools=None): the models that a test is tried on, all that were selected by default",
    "representative: one model will do, unless --every-model is given",
    "parameter_values(*levels): the values of unsupported parameters that a test is tried with, by their level",
    "live_only: what a replay cannot know",
    "requests(number): how many requests a case sends, 1 by default",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter with a value, as a test sends it."""

    parameter: str
    value: Any
    id: str


def expand(metafunc: pytest.Metafunc, settings: Settings) -> None:
    """Gives a conformance test its cases. Ids are explicit and stable: they name tests and cassettes."""
    if "model" in metafunc.fixturenames:
        models = _models(metafunc, settings)
        reason = "recorded for other models only; record it, or select one of those"
        skipped = pytest.param(settings.models[0], id="not-recorded", marks=pytest.mark.skip(reason=reason))
        metafunc.parametrize("model", [pytest.param(model, id=model) for model in models] or [skipped])
    if "setting" in metafunc.fixturenames:
        values = list(_values(metafunc.definition, settings.contract))
        metafunc.parametrize("setting", [pytest.param(value, id=value.id) for value in values])


def all_case_names(definition: pytest.Function, contract: Contract) -> Iterator[str]:
    """The names of all cases of a test, for every model that a cassette could be recorded for."""
    for name, model in contract.models.items():
        if model.lifecycle is not Lifecycle.FOREIGN:
            yield from _case_names(definition, contract, name)


def _case_names(definition: pytest.Function, contract: Contract, model: str) -> Iterator[str]:
    """The names of the cases of a test for one model, as pytest makes them from the ids of the parameters."""
    fixtures = definition.fixturenames
    for value in [setting.id for setting in _values(definition, contract)] if "setting" in fixtures else [""]:
        yield "-".join(part for part in (model if "model" in fixtures else "", value) if part) or "case"


def case_of(item: pytest.Function, settings: Settings) -> Case | None:
    """The case of a collected item, or None for a test without the mark ``requirement``.

    Raises pytest.UsageError for a requirement that the contract does not hold.
    """
    marks = list(item.iter_markers("requirement"))
    if not marks:
        return None
    params: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    requirements = tuple(name.format(**params) for mark in marks for name in mark.args)
    for requirement in requirements:
        if requirement not in settings.contract.requirements:
            raise pytest.UsageError(f"{item.nodeid}: the contract has no requirement {requirement}")
    requests = item.get_closest_marker("requests")
    return Case(
        node=item.nodeid,
        chapter=item.path.stem.removeprefix("test_"),
        test=item.originalname.removeprefix("test_"),
        name=item.callspec.id if hasattr(item, "callspec") else "case",
        model=str(params.get("model", settings.representative)),
        requirements=requirements,
        expected_requests=requests.args[0] if requests else 1,
    )


def _models(metafunc: pytest.Metafunc, settings: Settings) -> list[str]:
    models = [name for name in settings.models if _is_meant(metafunc.definition, settings.contract, name)]
    if metafunc.definition.get_closest_marker("representative") is None or settings.every_model:
        return models
    if settings.live or settings.listing or settings.contract.representative in models:
        wanted = {settings.representative if settings.representative in models else next(iter(models), "")}
    else:
        wanted = set()
    if settings.replay:
        wanted |= _recorded(metafunc.definition, settings, models)
    return [name for name in models if name in wanted]


def _is_meant(definition: pytest.Function, contract: Contract, name: str) -> bool:
    mark = definition.get_closest_marker("models")
    model = contract.models.get(name)
    if mark is None or model is None:
        return True
    wanted = mark.kwargs.get("custom_tools")
    return wanted is None or (model.custom_tools == "documented") is wanted


def _recorded(definition: pytest.Function, settings: Settings, models: list[str]) -> set[str]:
    """The models for which a set holds cassettes of a test that is recorded for one representative only."""
    chapter = definition.path.stem.removeprefix("test_")
    cases = settings.library.cases(chapter, definition.originalname.removeprefix("test_"))
    return {
        name
        for name in models
        if any(file_name(case) in cases for case in _case_names(definition, settings.contract, name))
    }


def _values(definition: pytest.Function, contract: Contract) -> Iterator[Setting]:
    mark = definition.get_closest_marker("parameter_values")
    levels = {Level(level) for level in mark.args} if mark else set(Level)
    for parameter in contract.parameters.values():
        for value in parameter.values:
            if value.level in levels:
                yield Setting(parameter.name, value.value, f"{parameter.name}={value.id}")
