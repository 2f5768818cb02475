"""Which models a run tries: what ``--models`` says, met with the contract and with what a workspace offers."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import Final

import pytest

from conformance.contract import DATABRICKS, Contract, Lifecycle, bare
from conformance.run.values import names_in, one_of
from conformance.target.discovery import Offered
from conformance.wire.json_values import printable

DOCUMENTED: Final = "documented"
OFFERED: Final = "offered"
ALL: Final = "all"
OF_LIST: Final = (OFFERED, ALL)
"""Words of ``--models`` that need the list of a workspace."""

WILD: Final = "*?["

GATEWAY_FORM: Final = re.compile(r"gpt-[a-z0-9-]+|[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
"""Names that the gateway may know though the contract does not: OpenAI's, or ``catalog.schema.name``."""


@dataclass(frozen=True, slots=True)
class Met:
    """The list of a workspace beside the contract: bare names."""

    missing: tuple[str, ...]
    undocumented: tuple[str, ...]
    retired: tuple[str, ...]

    @classmethod
    def of(cls, offered: Offered, contract: Contract) -> Met:
        """What differs. Of a workspace that has no list nothing is known."""
        documented = contract.documented_models()
        models = passed_on(offered, contract)
        return cls(
            tuple(name for name in documented if offered.source and name not in models),
            tuple(name for name in models if name not in documented),
            tuple(name for name in models if contract.lifecycle(name) is Lifecycle.RETIRED),
        )


def passed_on(offered: Offered, contract: Contract) -> tuple[str, ...]:
    """The models of a list to which requests can be passed on: OpenAI's, but those with open weights."""
    return tuple(name for name in offered.names if name.startswith("gpt-") and contract.is_pass_through(name))


def expanded(given: str | None, contract: Contract, offered: Offered | None) -> str | None:
    """The names that ``--models`` stands for, words and patterns replaced; None for the default.

    A contract that knows no models takes each name as it stands.

    ``offered`` is None where no workspace is asked, or none yet. Raises pytest.UsageError for a pattern that fits none.
    """
    if given is None or not contract.models:
        return given
    listed = passed_on(offered, contract) if offered else ()
    names: list[str] = []
    for word in (part.strip() for part in given.split(",")):
        if word in (DOCUMENTED, ALL):
            names += contract.documented_models()
        if word in OF_LIST:
            names += listed
        elif word != DOCUMENTED and any(character in word for character in WILD):
            known = [name for name in contract.models if contract.is_pass_through(name)]
            fitting = [name for name in dict.fromkeys((*known, *listed)) if fnmatch.fnmatchcase(name, bare(word))]
            if not fitting:
                raise pytest.UsageError(f"--models: {word} fits no model; there are {', '.join(known)}")
            names += fitting
        elif word != DOCUMENTED:
            names.append(word)
    return ",".join(dict.fromkeys(names)) if names or not given.strip(" ,") else None


def models_of(names: str | None, contract: Contract) -> tuple[str, ...]:
    """The models to be tried, by their bare names. Raises pytest.UsageError for a name that cannot be one."""
    if names is None:
        if contract.name != DATABRICKS:
            raise pytest.UsageError(f"--contract {contract.name} needs --models NAME: it knows no models of its own")
        return contract.documented_models()
    models = names_in("--models", names, "model")
    if any(not name.isprintable() for name in models):
        raise pytest.UsageError(f"--models: {printable(names)} holds a character that cannot be printed")
    if contract.name != DATABRICKS:
        return models
    known = [name for name in contract.models if contract.is_pass_through(name)]
    models = tuple(dict.fromkeys(map(bare, models)))
    for name in models:
        match contract.lifecycle(name):
            case Lifecycle.FOREIGN:
                raise pytest.UsageError(f"--models: {name} is not an OpenAI model, which the endpoint has to refuse")
            case Lifecycle.GPT_OSS:
                raise pytest.UsageError(f"--models: {name} has open weights, and no request can be passed on to it")
        if not GATEWAY_FORM.fullmatch(name):
            one_of("--models", name, known)
    return models


def check_words(given: str | None) -> None:
    """Raises pytest.UsageError for a word that needs the list of a workspace, where none is asked."""
    for word in (given or "").split(","):
        if word.strip() in OF_LIST:
            raise pytest.UsageError(f"--models={word.strip()} needs --live: a workspace is asked what it offers")
