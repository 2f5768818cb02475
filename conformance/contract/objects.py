"""The objects of the contract: frozen, typed, without behaviour beyond look-ups."""

from __future__ import annotations

import datetime
import enum
import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

CONTRACT_NAMES: Final = ("databricks", "openai")

TOOL_TYPES: Final = ("function", "custom", "apply_patch", "shell", "image_generation", "mcp", "web_search")
"""The types of tools that the documentation page lists."""


class Level(enum.StrEnum):
    """How binding a requirement is."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


class Lifecycle(enum.StrEnum):
    """What is known of a model's life; see ``models.toml``."""

    ACTIVE = "active"
    RETIRED = "retired"
    LISTED = "listed"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the contract, by the name that the documentation gives it (``gpt-5-4``)."""

    name: str
    lifecycle: Lifecycle
    custom_tools: str
    efforts: tuple[str, ...] = ()
    lowest_effort: str | None = None
    max_output_tokens: int | None = None
    retires: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """When a level or a requirement applies. A member that is None does not restrict."""

    contract: str | None = None
    custom_tools: str | None = None

    def holds(self, contract: str, model: Model | None) -> bool:
        """True if this condition is met under the named contract for the model (None: a model that nobody knows)."""
        if self.contract is not None and self.contract != contract:
            return False
        return self.custom_tools is None or (model is not None and model.custom_tools == self.custom_tools)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One promise. ``levels`` are tried in order, the first whose condition holds gives the level."""

    id: str
    statement: str
    source: str
    levels: tuple[tuple[Condition, Level], ...]
    applies_to: Condition = Condition()
    excluded: str | None = None

    @property
    def chapter(self) -> str:
        """The prefix of the id, which is the name of the chapter."""
        return self.id.partition(".")[0]

    def level(self, contract: str, model: Model | None) -> Level | None:
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
    """The whole contract, read under one of its two names: ``databricks`` or ``openai`` (wire rules only)."""

    name: str
    version: str
    representative: str
    models: Mapping[str, Model]
    foreign_patterns: tuple[str, ...]
    chapters: Mapping[str, Chapter]
    parameters: Mapping[str, Parameter]
    requirements: Mapping[str, Requirement] = field(default_factory=dict)

    def level(self, requirement: str, model: str | None = None) -> Level | None:
        """The level of a requirement for a model's name, or None where it does not apply.

        Raises KeyError for a requirement that the contract does not hold.
        """
        return self.requirements[requirement].level(self.name, self.models.get(model or ""))

    def representative_of(self, chapter: str) -> str:
        """Name of the model that does for all others in a chapter."""
        known = self.chapters.get(chapter)
        return (known and known.representative) or self.representative

    def active_models(self) -> tuple[str, ...]:
        """Names of the models that a workspace is expected to answer with, in the order of the contract."""
        return tuple(name for name, model in self.models.items() if model.lifecycle is Lifecycle.ACTIVE)

    def is_foreign(self, model: str) -> bool:
        """True if the name is that of a model of another maker, which the endpoint has to refuse."""
        known = self.models.get(model)
        if known is not None:
            return known.lifecycle is Lifecycle.FOREIGN
        return any(fnmatch.fnmatchcase(model, pattern) for pattern in self.foreign_patterns)
