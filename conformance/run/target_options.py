"""The options that say who is asked, and the target that they name."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

import pytest

from conformance.contract import Contract
from conformance.target import ROUTES, Given, Target, TargetError, Unreachable, from_options


class MissingPrerequisite(Exception):
    """A run that cannot begin, as something that it needs is not there: one sentence with the next step."""


def add_options(group: Any) -> None:
    """Adds them to a group of pytest's options."""
    group.addoption("--workspace", metavar="URL", help="the address of a workspace, as a browser shows it")
    group.addoption(
        "--databricks-profile", metavar="NAME", help="a profile of ~/.databrickscfg; needs the extra databricks"
    )
    group.addoption(
        "--preflight-only", action="store_true", help="say what the target has and what is in the way; test nothing"
    )
    group.addoption("--route", metavar="NAME", help=f"which route of the workspace: {', '.join(ROUTES)}")
    group.addoption(
        "--header",
        metavar="NAME=VARIABLE",
        action="append",
        help="a header that goes with each request, and the variable that holds its value; may be given several times",
    )
    group.addoption(
        "--model-name",
        metavar="NAME=NAME",
        action="append",
        help="the name that a model has at the target, gpt-5-4=main.prod.my_gpt; may be given several times",
    )


def single(option: Namespace) -> dict[str, str | None]:
    """What was given for the options that have one value."""
    return {
        "--workspace": option.workspace,
        "--databricks-profile": option.databricks_profile,
        "--route": option.route,
    }


def first(option: Namespace) -> dict[str, str | None]:
    """One of the values that were given for each option that has several."""
    return {
        "--header": next(iter(option.header or ()), None),
        "--model-name": next(iter(option.model_name or ()), None),
    }


def repeated(option: Namespace) -> list[str]:
    """The options that have several values, as words of a command. No value of a header is among them."""
    return [f"--header={pair}" for pair in option.header or ()] + [
        f"--model-name={pair}" for pair in option.model_name or ()
    ]


def check_recording(option: Namespace) -> None:
    """Raises pytest.UsageError for a recording whose requests no replay would send."""
    if option.model_name or option.route == "serving-endpoints":
        name = "--model-name" if option.model_name else "--route=serving-endpoints"
        raise pytest.UsageError(
            f"--record-mode=all and {name}: cassettes hold the names that the gateway gives to models"
        )


def target(option: Namespace, contract: Contract, environ: Mapping[str, str]) -> Target:
    """The target that the options and the environment name. Raises pytest.UsageError and MissingPrerequisite."""
    given = Given(
        option.base_url,
        option.workspace,
        option.databricks_profile,
        option.route,
        tuple(option.header or ()),
        tuple(option.model_name or ()),
    )
    try:
        return from_options(given, contract.name, environ)
    except Unreachable as error:
        raise MissingPrerequisite(f"{error}; {error.step}" if error.step else str(error)) from error
    except TargetError as error:
        if error.missing:
            raise MissingPrerequisite(str(error)) from error
        raise pytest.UsageError(str(error)) from error
