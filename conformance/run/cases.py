"""From marks to cases: which models and values a test is tried on, and the names of all cases that there could be."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.contract import TOOL_TYPES, Contract, Level
from conformance.recording import IMAGE, MCP_SERVER, file_name
from conformance.run.settings import Settings
from conformance.samples.twins import SENT_BY
from conformance.target.lacking import FEATURES
from conformance.verdict import Case

MARKS = (
    "requirement(*ids): the promises that a test puts to the test; {name.attribute} is filled from its parameters",
    "models(custom_tools=None): the models that a test is tried on, all that were selected by default",
    "representative(*names): one model will do, unless --every-model is given: the first of these that is selected, "
    "else that of the chapter",
    "tool(*types): the types of tools that a test sends; --without-tools leaves it out",
    "uses(*features): what a test sends that some targets do not take, see target/lacking.py; --without leaves it out",
    "shows_refusal: tried too on a model that, by the table of models, refuses the tool which the test sends",
    "parameter_values(*levels, but=None): the values of unsupported parameters that a test is tried with, by their "
    "level, without those of one parameter",
    "sample(samples): the samples that a test is tried with, by name",
    "risk(order): runs behind all others, as a target may die of it, the larger the later; --gentle leaves it out",
    "quick: what proves most for its requests; --quick leaves out all else",
    "first: runs before all others, as they build on it",
    "live_only: what a replay cannot know",
    "twin(*shapes): the right requests beside those that have to be refused, see samples/twins.py",
    "needs(option): an option without which a case is not tried",
    "requests(number): how many requests a case sends, 1 by default",
)


@dataclass(frozen=True, slots=True)
class Need:
    """An option without which some cases are not tried, what they try, and the fixture by which a test asks for it."""

    option: str
    what: str
    fixture: str = ""


NEEDS = (
    Need(MCP_SERVER.option, "mcp", "mcp_server"),
    Need(IMAGE.option, "image by URL", "image_url"),
    Need("--token-in-url", "token in the URL"),
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
    for mark, known in (("tool", TOOL_TYPES), ("uses", FEATURES)):
        if unknown := set(_marked(item, mark)) - set(known):
            raise pytest.UsageError(f"{item.nodeid}: {mark} of unknown name: {', '.join(sorted(unknown))}")
    chapter = _chapter(item)
    requests, twin = item.get_closest_marker("requests"), item.get_closest_marker("twin")
    return Case(
        node=item.nodeid,
        chapter=chapter,
        test=item.originalname.removeprefix("test_"),
        name=item.callspec.id if hasattr(item, "callspec") else "case",
        model=str(params.get("model", settings.representative_of(chapter))),
        requirements=requirements,
        expected_requests=requests.args[0] if requests else 1,
        twins=tuple(shape.format(**params) for shape in twin.args) if twin else (),
        waivers=settings.waivers,
    )


def keep_quick(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is not marked for a quick run."""
    others = [item for item in items if item.get_closest_marker("quick") is None]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item.get_closest_marker("quick") is not None]


def take_up(config: pytest.Config, items: list[pytest.Item], settings: Settings) -> None:
    """Leaves out what the run that is taken up has judged."""
    wanted: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        case = case_of(item, settings) if isinstance(item, pytest.Function) else None
        is_wanted = case is not None and settings.resume is not None and settings.resume.wants(case.node, case.model)
        (wanted if is_wanted else left_out).append(item)
    items[:] = wanted
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def twins_of(cases: Iterable[Case], contract: Contract) -> list[tuple[str, str]]:
    """Model and shape of each right request that a run sends beside those that have to be refused.

    One that a case of the run sends anyway is left out, and those beside what is merely observed.
    """
    cases = list(cases)
    sent = {(case.model, case.chapter, case.test) for case in cases}
    judged = [case for case in cases if {contract.level(name, case.model) for name in case.requirements} != {Level.MAY}]
    wanted = dict.fromkeys((case.model, shape) for case in judged for shape in case.twins)
    return [pair for pair in wanted if (pair[0], *SENT_BY.get(pair[1], ())) not in sent]


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
    if undeclared := [name for name in _marked(item, "uses") if name in settings.without_inputs]:
        return f"not applicable: by --without the target {FEATURES[undeclared[0]].takes_no}"
    if settings.live and not settings.listing and not settings.target.token and case.chapter == "credentials":
        return "not applicable: the credential is in --header, whose forms nobody knows"
    if settings.gentle and risk_of(item):
        return "not applicable: --gentle leaves out what can hurt a target"
    if item.get_closest_marker("live_only") and settings.mode != "verify" and not settings.listing:
        return "live only: it needs a clock, which no cassette has"
    return None


def missing(item: pytest.Function, case: Case, settings: Settings) -> Need | None:
    """What a case needs that was not given; it is not tried then. A replay needs nothing but its cassette."""
    if settings.listing or item.get_closest_marker("skip") is not None:
        return None
    if settings.replay:
        return next(iter(_needs(item)), None) if not _is_recorded(case, settings) else None
    return next((need for need in _needs(item) if need.option not in settings.given), None)


def _needs(item: pytest.Function) -> Iterator[Need]:
    yield from (need for need in NEEDS if need.fixture in item.fixturenames)
    names = [name for mark in item.iter_markers("needs") for name in mark.args]
    yield from (need for need in NEEDS if need.option in names)


def _is_recorded(case: Case, settings: Settings) -> bool:
    return settings.library.path(case.chapter, case.test, case.name).exists()


def risk_of(item: pytest.Item) -> int:
    """How much the requests of a case can hurt a target: 0 for not at all."""
    mark = item.get_closest_marker("risk")
    return mark.args[0] if mark else 0


def _refused_tools(definition: pytest.Function, name: str, contract: Contract) -> list[str]:
    """The types of tools that a test sends and that, by the table of models, a model refuses."""
    model = contract.model(name)
    return [tool for tool in _tools(definition) if model is not None and tool in model.refused_tools]


def _tools(item: pytest.Function) -> tuple[str, ...]:
    return _marked(item, "tool")


def _marked(item: pytest.Function, name: str) -> tuple[str, ...]:
    """The arguments of all marks of a name."""
    return tuple(argument for mark in item.iter_markers(name) for argument in mark.args)


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
    left_out = mark.kwargs.get("but") if mark else None
    for parameter in contract.parameters.values():
        if parameter.name == left_out:
            continue
        for value in parameter.values:
            if value.level in levels:
                yield Setting(parameter.name, value.value, f"{parameter.name}={value.id}")
