"""From marks to cases: which models and values a test is tried on, and the names of all cases that there could be."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.contract import TOOL_TYPES, Contract, Level
from conformance.recording import file_name
from conformance.run.settings import Settings
from conformance.verdict import Case

MARKS = (
    "requirement(*ids): the promises that a test puts to the test; {name.attribute} is filled from its parameters",
    "models(custom_tools=None): the models that a test is tried on, all that were selected by default",
    "representative(*names): one model will do, unless --every-model is given: the first of these that is selected, "
    "else that of the chapter",
    "tool(*types): the types of tools that a test sends; --without-tools leaves it out",
    "shows_refusal: tried too on a model that, by the table of models, refuses the tool which the test sends",
    "parameter_values(*levels): the values of unsupported parameters that a test is tried with, by their level",
    "sample(samples): the samples that a test is tried with, by name",
    "last: runs behind all others, as a target may die of it",
    "live_only: what a replay cannot know",
    "requests(number): how many requests a case sends, 1 by default",
)


NO_EFFORTS = "not applicable: nothing is known of the efforts that these models take"


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter with a value, as a test sends it."""

    parameter: str
    value: Any
    id: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample with its name, for a test that is tried with several of a kind."""

    id: str
    value: Any

    def __getitem__(self, member: str) -> Any:
        return self.value[member]


def expand(metafunc: pytest.Metafunc, settings: Settings) -> None:
    """Gives a conformance test its cases. Ids are explicit and stable: they name tests and cassettes."""
    if "effort" in metafunc.fixturenames:
        pairs = _efforts(_models(metafunc, settings), settings.contract)
        none = pytest.param(settings.models[0], "", id="unknown", marks=pytest.mark.skip(reason=NO_EFFORTS))
        params = [pytest.param(*pair, id="-".join(pair)) for pair in pairs] or [none]
        metafunc.parametrize(("model", "effort"), params)
    elif "model" in metafunc.fixturenames:
        models = _models(metafunc, settings)
        reason = "recorded for other models only; record it, or select one of those"
        skipped = pytest.param(settings.models[0], id="not-recorded", marks=pytest.mark.skip(reason=reason))
        metafunc.parametrize("model", [pytest.param(model, id=model) for model in models] or [skipped])
    for name, values in _varied(metafunc.definition, settings.contract).items():
        metafunc.parametrize(name, [pytest.param(value, id=value.id) for value in values])


def all_case_names(definition: pytest.Function, settings: Settings) -> Iterator[str]:
    """The names of all cases of a test, for every model that a cassette could be recorded for."""
    for name in {*settings.contract.models, *settings.models}:
        if settings.contract.is_pass_through(name):
            yield from _case_names(definition, settings.contract, name)


def _case_names(definition: pytest.Function, contract: Contract, model: str) -> Iterator[str]:
    """The names of the cases of a test for one model, as pytest makes them from the ids of the parameters."""
    models = [[model]] if "model" in definition.fixturenames else []
    if "effort" in definition.fixturenames:
        models = [["-".join(pair) for pair in _efforts([model], contract)]]
    varied = [[value.id for value in values] for values in _varied(definition, contract).values()]
    for parts in itertools.product(*models, *varied):
        yield "-".join(parts) or "case"


def case_of(item: pytest.Function, settings: Settings) -> Case | None:
    """The case of a collected item, or None for a test without the mark ``requirement``.

    Raises pytest.UsageError for a requirement that the contract does not hold, and a type of tool that there is not.
    """
    marks = list(item.iter_markers("requirement"))
    if not marks:
        return None
    params: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    requirements = tuple(name.format(**params) for mark in marks for name in mark.args)
    for requirement in requirements:
        if requirement not in settings.contract.requirements:
            raise pytest.UsageError(f"{item.nodeid}: the contract has no requirement {requirement}")
    if unknown := set(_tools(item)) - set(TOOL_TYPES):
        raise pytest.UsageError(f"{item.nodeid}: there is no type of tool {', '.join(sorted(unknown))}")
    chapter = _chapter(item)
    requests = item.get_closest_marker("requests")
    return Case(
        node=item.nodeid,
        chapter=chapter,
        test=item.originalname.removeprefix("test_"),
        name=item.callspec.id if hasattr(item, "callspec") else "case",
        model=str(params.get("model", settings.representative_of(chapter))),
        requirements=requirements,
        expected_requests=requests.args[0] if requests else 1,
    )


def reason_to_skip(item: pytest.Function, case: Case, settings: Settings) -> str | None:
    """Why a case is not to be run, or None."""
    contract = settings.contract
    inapplicable = [name for name in case.requirements if contract.level(name, case.model) is None]
    if inapplicable:
        where = f"the contract {contract.name}" + (", external models" if contract.external else "")
        return f"not applicable under {where}: {', '.join(inapplicable)}"
    if (refused := _refused_tools(item, case.model, contract)) and item.get_closest_marker("shows_refusal") is None:
        return f"not applicable: OpenAI refuses {', '.join(refused)} on {case.model}, which another case shows"
    if left_out := [tool for tool in _tools(item) if tool in settings.without_tools]:
        return f"not applicable: --without-tools says that the target has no {', '.join(left_out)}"
    if item.get_closest_marker("live_only") and settings.mode != "verify" and not settings.listing:
        return "live only: it needs a clock, which no cassette has"
    return None


def _refused_tools(definition: pytest.Function, name: str, contract: Contract) -> list[str]:
    """The types of tools that a test sends and that, by the table of models, a model refuses."""
    model = contract.model(name)
    return [tool for tool in _tools(definition) if model is not None and tool in model.refused_tools]


def _tools(item: pytest.Function) -> tuple[str, ...]:
    return tuple(tool for mark in item.iter_markers("tool") for tool in mark.args)


def _chapter(definition: pytest.Function) -> str:
    return definition.path.stem.removeprefix("test_")


def _models(metafunc: pytest.Metafunc, settings: Settings) -> list[str]:
    models = [name for name in settings.models if _is_meant(metafunc.definition, settings.contract, name)]
    mark = metafunc.definition.get_closest_marker("representative")
    if mark is None or settings.every_model:
        return models
    own = (*mark.args, settings.contract.representative_of(_chapter(metafunc.definition)))
    able = [name for name in models if not _refused_tools(metafunc.definition, name, settings.contract)]
    wanted = _representative(own, settings, able or models)
    if settings.replay:
        wanted |= _recorded(metafunc.definition, settings, models)
    return [name for name in models if name in wanted]


def _representative(own: tuple[str, ...], settings: Settings, models: list[str]) -> set[str]:
    """The one model of some that does for all others; none in a replay that leaves out the one that was recorded."""
    if settings.replay and not settings.listing and own[0] not in models:
        return set()
    return set([name for name in (*own, settings.representative, *models) if name in models][:1])


def _is_meant(definition: pytest.Function, contract: Contract, name: str) -> bool:
    mark = definition.get_closest_marker("models")
    model = contract.model(name)
    if mark is None or model is None:
        return True
    wanted = mark.kwargs.get("custom_tools")
    return wanted is None or (model.custom_tools == "documented") is wanted


def _recorded(definition: pytest.Function, settings: Settings, models: list[str]) -> set[str]:
    """The models for which a set holds cassettes of a test that is recorded for one representative only."""
    cases = settings.library.cases(_chapter(definition), definition.originalname.removeprefix("test_"))
    return {
        name
        for name in models
        if any(file_name(case) in cases for case in _case_names(definition, settings.contract, name))
    }


def _efforts(models: Iterable[str], contract: Contract) -> list[tuple[str, str]]:
    """Each model with each effort that it is known to take, but the lowest, which every other request asks for."""
    known = [contract.models[name] for name in models if name in contract.models]
    return [(model.name, effort) for model in known for effort in model.efforts if effort != model.lowest_effort]


def _varied(definition: pytest.Function, contract: Contract) -> dict[str, Sequence[Setting | Sample]]:
    """What a test is tried with besides models, by the name of its parameter."""
    varied: dict[str, Sequence[Setting | Sample]] = {}
    if "setting" in definition.fixturenames:
        varied["setting"] = list(_settings(definition, contract))
    if (mark := definition.get_closest_marker("sample")) is not None:
        varied["sample"] = [Sample(name, value) for name, value in mark.args[0].items()]
    return varied


def _settings(definition: pytest.Function, contract: Contract) -> Iterator[Setting]:
    mark = definition.get_closest_marker("parameter_values")
    levels = {Level(level) for level in mark.args} if mark else set(Level)
    for parameter in contract.parameters.values():
        for value in parameter.values:
            if value.level in levels:
                yield Setting(parameter.name, value.value, f"{parameter.name}={value.id}")
