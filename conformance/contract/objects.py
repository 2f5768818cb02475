"""The objects of the contract: frozen, typed, without behaviour beyond look-ups."""

from __future__ import annotations

import datetime
import enum
import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.contract.names import bare

DATABRICKS: Final = "databricks"
CONTRACT_NAMES: Final = (DATABRICKS, "openai")

TOOL_TYPES: Final = ("function", "custom", "apply_patch", "shell", "image_generation", "mcp", "web_search")
"""The types of tools that the documentation page lists."""

CLIENT_TOOLS: Final = ("function", "custom", "apply_patch", "shell", "local_shell")
"""The types of tools that the client runs; the server runs all others."""

PAGE: Final = "documentation page"
"""How the page that the project implements is called in the source of a requirement."""


class Level(enum.StrEnum):
    """How binding a requirement is."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


class Lifecycle(enum.StrEnum):
    """What is known of a model's life; see ``models.toml``."""

    ACTIVE = "active"
    ENDING = "ending"
    LISTED = "listed"
    ANNOUNCED = "announced"
    RETIRED = "retired"
    GPT_OSS = "gpt-oss"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the contract, by the name that the documentation gives it (``gpt-5-4``)."""

    name: str
    lifecycle: Lifecycle
    custom_tools: str
    grammars: bool = False
    efforts: tuple[str, ...] = ()
    lowest_effort: str | None = None
    default_effort: str = "medium"
    hosted_tools_effort: str | None = None
    max_output_tokens: int | None = None
    refused_tools: tuple[str, ...] = ()
    streamed: bool = False
    retires: datetime.date | None = None
    notes: str = ""

    @property
    def documented(self) -> bool:
        """True for a model that a workspace is expected to answer with."""
        return self.lifecycle in (Lifecycle.ACTIVE, Lifecycle.ENDING)

    def effort_beside(self, tools: Iterable[str]) -> str | None:
        """The lowest effort that goes with tools of these types."""
        hosted = any(tool not in CLIENT_TOOLS for tool in tools)
        return (hosted and self.hosted_tools_effort) or self.lowest_effort


@dataclass(frozen=True, slots=True)
class Condition:
    """When a level or a requirement applies. A member that is None does not restrict."""

    contract: str | None = None
    custom_tools: str | None = None
    grammars: bool | None = None
    documented: bool | None = None
    refused_tool: str | None = None
    external: bool | None = None
    personal_token: bool | None = None
    redacted: bool | None = None

    def holds(self, contract: Contract, model: Model | None) -> bool:
        """True if this condition is met under the contract for the model (None: a model that nobody knows)."""
        told: tuple[tuple[object, object], ...] = (
            (self.contract, contract.name),
            (self.custom_tools, model and model.custom_tools),
            (self.grammars, model is not None and model.grammars),
            (self.documented, model is not None and model.documented),
            (self.external, contract.external),
            (self.personal_token, contract.personal_token),
            (self.redacted, contract.redacted),
        )
        refuses = self.refused_tool is None or (model is not None and self.refused_tool in model.refused_tools)
        return refuses and all(wanted in (None, found) for wanted, found in told)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One promise. ``levels`` are tried in order, the first whose condition holds gives the level.

    Instead of them it can have the level of its ``weakest`` part, another requirement. ``clients`` were seen to send
    what it is about.
    """

    id: str
    statement: str
    source: str
    levels: tuple[tuple[Condition, Level], ...]
    applies_to: Condition = Condition()
    excluded: str | None = None
    weakest: str | None = None
    clients: tuple[str, ...] = ()

    @property
    def chapter(self) -> str:
        """The prefix of the id, which is the name of the chapter."""
        return self.id.partition(".")[0]

    @property
    def of_page(self) -> bool:
        """True for what the documentation page promises."""
        return PAGE in self.source

    def level(self, contract: Contract, model: Model | None) -> Level | None:
        """The level under a contract and for a model, or None where the requirement does not apply."""
        if self.excluded is not None or not self.applies_to.holds(contract, model):
            return None
        return next((level for condition, level in self.levels if condition.holds(contract, model)), None)


@dataclass(frozen=True, slots=True)
class Value:
    """A value to try for a parameter: its JSON text, a short name for test ids, and what it means to be refused."""

    id: str
    json: str
    value: Any
    level: Level


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that the endpoint does not support."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the contract. A universal one is judged on every exchange and has no test file of its own.

    ``representative`` is the model that does for all others, if the chapter has one of its own.
    """

    name: str
    title: str
    universal: bool
    requirements: tuple[Requirement, ...]
    representative: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """The whole contract, read under one of its two names: ``databricks`` or ``openai`` (wire rules only, no models).

    ``external`` is True where the model services front external models, ``personal_token`` where the token is one of a
    person, as the page has it: a run may say otherwise. ``redacted`` is True where ids and times of what is judged were
    replaced.
    """

    name: str
    version: str
    representative: str
    models: Mapping[str, Model]
    patterns: Mapping[Lifecycle, tuple[str, ...]]
    chapters: Mapping[str, Chapter]
    parameters: Mapping[str, Parameter]
    requirements: Mapping[str, Requirement] = field(default_factory=dict)
    external: bool = False
    personal_token: bool = True
    redacted: bool = False
    _levels: dict[tuple[str, bool], Mapping[str, Level | None]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def model(self, name: str) -> Model | None:
        """The model of a name, with or without what Databricks puts before it; None for one that nobody knows."""
        return self.models.get(bare(name))

    def level(self, requirement: str, model: str | None = None) -> Level | None:
        """The level of a requirement for a model's name, or None where it does not apply.

        What the page promises is a should for a model that it does not list. Raises KeyError for a requirement that the
        contract does not hold.
        """
        return self.levels(model)[requirement]

    def levels(self, model: str | None = None) -> Mapping[str, Level | None]:
        """The level of every requirement for a model's name, in the order of the contract.

        They are found once: for each model that the contract knows, for all that it does not know, and for none.
        """
        known = None if model is None else self.model(model)
        key = known.name if known else "", model is not None
        if (levels := self._levels.get(key)) is None:
            levels = {name: self._level(row, known, named=key[1]) for name, row in self.requirements.items()}
            self._levels[key] = levels
        return levels

    def _level(self, row: Requirement, known: Model | None, *, named: bool) -> Level | None:
        if row.weakest is not None:
            return self._level(self.requirements[row.weakest], known, named=named)
        level = row.level(self, known)
        unlisted = bool(self.models) and named and not (known and known.documented)
        return Level.SHOULD if level is Level.MUST and row.of_page and unlisted else level

    def representative_of(self, chapter: str) -> str:
        """Name of the model that does for all others in a chapter."""
        known = self.chapters.get(chapter)
        return (known and known.representative) or self.representative

    def documented_models(self) -> tuple[str, ...]:
        """Names of the models that a workspace is expected to answer with, in the order of the contract."""
        return tuple(name for name, model in self.models.items() if model.documented)

    def lifecycle(self, name: str) -> Lifecycle | None:
        """What is known of the life of a model, by its row or else by the pattern of its name; None for nothing."""
        if (known := self.model(name)) is not None:
            return known.lifecycle
        found = (
            state
            for state, patterns in self.patterns.items()
            if any(fnmatch.fnmatchcase(bare(name), pattern) for pattern in patterns)
        )
        return next(found, None)

    def is_pass_through(self, name: str) -> bool:
        """False for a model that the endpoint cannot pass a request on to: another maker's, or with open weights."""
        return self.lifecycle(name) not in (Lifecycle.FOREIGN, Lifecycle.GPT_OSS)
