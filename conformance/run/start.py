"""How a run begins, or ends before it has begun."""

from __future__ import annotations

import sys
from typing import Any, Final

import pytest

from conformance.contract import DATABRICKS
from conformance.run import discovered, doctor, entry
from conformance.run.discovered import Found
from conformance.run.header import provenance
from conformance.run.report_options import ReportOptions
from conformance.run.reporting import Reporting
from conformance.run.settings import Settings
from conformance.run.stash import FOUND, PROVENANCE, RUN, SETTINGS, VALUED
from conformance.verdict import COULD_NOT_RUN_STATUS, Comparison, Told, fails_anew, known_must
from conformance.wire.json_values import printable


def is_worker(config: pytest.Config) -> bool:
    """True in a process of pytest-xdist that runs cases for another one."""
    return hasattr(config, "workerinput")


MODELS: Final = "conformance_models"
"""Under which a worker is handed the models that the controller found."""


REPORTING = pytest.StashKey[Reporting]()


def prepare(config: pytest.Config) -> None:
    """Begins to keep what others are told of a run. Raises pytest.UsageError."""
    if not is_worker(config):
        config.stash[REPORTING] = Reporting()
        config.stash[REPORTING].options = ReportOptions.read(config)


def finish(config: pytest.Config, status: int) -> int:
    """Tells of a run that is over; gives its status. A worker tells nobody."""
    return config.stash[REPORTING].finish(config, status) if REPORTING in config.stash else status


def concluded(config: pytest.Config, status: int) -> int:
    """The exit status of a run by its verdict, in which what is taken up has its place."""
    settings, run = config.stash[SETTINGS], config.stash[RUN]
    if settings.resume is not None and not is_worker(config):
        run.records += settings.resume.kept(run)
    baseline = config.stash[REPORTING].options.baseline if REPORTING in config.stash else None
    known = known_must(baseline) if baseline else frozenset[str]()
    return run.exit_status(
        status, settings.fail_on, require_all=settings.require_all, is_new=lambda record: fails_anew(record, known)
    )


def comparison(config: pytest.Config) -> Comparison | None:
    """What a run that is over says of its baseline."""
    return config.stash[REPORTING].comparison


def waivers(config: pytest.Config) -> list[Told]:
    """What a run that is over says of its waivers."""
    return config.stash[REPORTING].waivers


def settle(config: pytest.Config, settings: Settings) -> None:
    """Keeps the settings of a run, and what was found out before it. A worker is handed that by its controller.

    Raises pytest.UsageError and MissingPrerequisite.
    """
    if settings.resume is not None and not settings.listing:
        settings.resume.check(
            target=settings.target.base_url if settings.live else None,
            contract={"name": settings.contract.name, "version": settings.contract.version},
            options=list(map(settings.secrets.hide, settings.again)),
            mode=settings.mode,
        )
    config.stash[FOUND], config.stash[PROVENANCE], config.stash[SETTINGS] = Found(), [], settings
    if is_worker(config):
        given: Any = config
        settings = settings.trying(tuple(given.workerinput[MODELS]))
    elif not settings.listing:
        names_models = settings.live and settings.contract.name == DATABRICKS
        of_workspace = names_models and settings.target.workspace
        if of_workspace:
            settings, config.stash[FOUND] = discovered.listed(settings, config.option.models)
        config.stash[PROVENANCE] = provenance(settings)
        # Of one model that was named the tests say as much.
        if (of_workspace or (names_models and len(settings.models) > 1)) and not config.option.preflight_only:
            settings = discovered.answering(settings, config.stash[FOUND])
    config.stash[SETTINGS] = settings


def examine(config: pytest.Config) -> int:
    """Writes what the doctor found; gives the exit status, 0 if nothing is missing. Raises MissingPrerequisite."""
    settings, found, answers = config.stash[SETTINGS], config.stash[FOUND], config.stash[PROVENANCE]
    status = 0
    for line, good in doctor.told(settings, doctor.examined(settings, found, answers)):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        config.stash[PROVENANCE].append(line)
        status = status if good else COULD_NOT_RUN_STATUS
    return finish(config, status)


def rearranged(config: pytest.Config) -> list[str] | None:
    """The arguments of a run in which pytest took the value of an option for a path to tests, put so that it will not.

    Those in PYTEST_ADDOPTS are among them. None for a run in which it did not.
    """
    if is_worker(config):
        return None
    given = [*entry.from_environment(), *map(str, config.invocation_params.args)]
    arguments = entry.joined(given, config.stash[VALUED], config.invocation_params.dir)
    return None if arguments == given else arguments


def again(arguments: list[str]) -> int:
    """The exit status of the run with other arguments, which stand in place of all that were given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_ADDOPTS", raising=False)
        return int(pytest.main(arguments))


def ended(config: pytest.Config, error: Exception | str, status: int) -> int:
    """Says in one sentence why a run does not begin, also in the files that it was to write; gives the status."""
    sentence = printable(str(error))
    sys.stderr.write(f"ERROR: {sentence}\n")
    if status == COULD_NOT_RUN_STATUS:
        sys.stderr.write(f"could not run (exit status {status})\n")
    config.stash.get(REPORTING, Reporting()).ended(config, sentence, status)
    return status
