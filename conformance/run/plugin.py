"""The wiring to pytest: options, fixtures and hooks. `conformance.run.entry` loads it, or the root ``conftest.py``."""

from __future__ import annotations

import argparse
import functools
import logging
import os
import shlex
import sys
from collections.abc import Callable, Collection, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_recording.plugin
from vcr import VCR
from vcr.errors import CannotOverwriteExistingCassetteException

from conformance import layout, report
from conformance.recording import (
    IMAGE,
    MATCHERS,
    MCP_SERVER,
    Neutral,
    NotSaved,
    Provenance,
    Recorder,
    Service,
    Tape,
    file_name,
    replacing,
    target_kind,
)
from conformance.run import cases, entry
from conformance.run.ask import Ask
from conformance.run.header import header, left_out, provenance
from conformance.run.settings import MissingPrerequisite, Settings, add_options
from conformance.run.unclaimed import strays
from conformance.target import Client
from conformance.verdict import COULD_NOT_RUN_STATUS, Case, CaseOutcome, CouldNotRun, Ended, Run
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import printable

VALUED = pytest.StashKey[Collection[str]]()
SETTINGS = pytest.StashKey[Settings]()
RUN = pytest.StashKey[Run]()
PROVENANCE: pytest.StashKey[list[str]] = pytest.StashKey()
CASE = pytest.StashKey[Case]()
TAPE = pytest.StashKey[Tape]()
RECORDER = pytest.StashKey[Recorder]()

RECORDING = "recording"
"""The name of pytest-recording's entry point."""

LEAVE_OUT = "leave that plugin out with -p no:NAME, for pytest-base-url -p no:base_url"

SKIP_PATCHERS = ("httplib", "requests", "boto3", "urllib3", "httplib2", "tornado", "aiohttp", "httpx2")
"""Libraries that vcrpy need not look for: the suite sends with httpx only, and looking costs more than sending."""


Send = Callable[[], Exchange]


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Adds the options of the suite, and loads pytest-recording where plugins are not loaded by themselves."""
    config: Any = pluginmanager.get_plugin("pytestconfig")
    try:
        config.stash[VALUED] = add_options(parser)
    except (ValueError, argparse.ArgumentError) as error:
        raise pytest.UsageError(
            f"another plugin of pytest has an option of the suite ({error}): {LEAVE_OUT}"
        ) from error
    if not pluginmanager.is_registered(pytest_recording.plugin) and not pluginmanager.is_blocked(RECORDING):
        pluginmanager.register(pytest_recording.plugin, RECORDING)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Says what to do where a conftest of somebody else has options of the same names."""
    try:
        return (yield)
    except (ValueError, argparse.ArgumentError) as error:
        if "option" not in str(error):
            raise
        raise pytest.UsageError(
            f"a conftest.py has options that the suite has too ({error}): "
            "add --noconftest, or run the suite from another folder"
        ) from error


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Reads the settings and asks a live target once; what stands in the way ends the run here, in one sentence."""
    if config.option.help or config.option.version:
        return None
    if (arguments := _unambiguous(config)) is not None:
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("PYTEST_ADDOPTS", raising=False)
            return int(pytest.main(arguments))
    try:
        if not config.pluginmanager.is_registered(pytest_recording.plugin):
            raise pytest.UsageError("-p no:recording: pytest-recording plays the cassettes; leave this option out")
        settings = config.stash[SETTINGS] = Settings.read(config)
        config.stash[PROVENANCE] = [] if settings.listing or _is_worker(config) else provenance(settings)
    except pytest.UsageError as error:
        return _told(config, error, int(pytest.ExitCode.USAGE_ERROR))
    except MissingPrerequisite as error:
        return _told(config, error, COULD_NOT_RUN_STATUS)
    if settings.listing and hasattr(config.option, "numprocesses"):
        # A listing needs no workers.
        config.option.numprocesses, config.option.dist, config.option.tx = 0, "no", []
    return None


def _unambiguous(config: pytest.Config) -> list[str] | None:
    """The arguments of a run in which pytest took the value of an option for a path to tests, put so that it will not.

    Those in PYTEST_ADDOPTS are among them. None for a run in which it did not.
    """
    if _is_worker(config):
        return None
    given = [*entry.from_environment(), *map(str, config.invocation_params.args)]
    arguments = entry.joined(given, config.stash[VALUED], config.invocation_params.dir)
    return None if arguments == given else arguments


def _told(config: pytest.Config, error: Exception, status: int) -> int:
    sentence = printable(str(error))
    sys.stderr.write(f"ERROR: {sentence}\n")
    if file := config.getoption("xmlpath", None):
        try:
            report.write_junit(Path(os.path.expandvars(file)).expanduser(), sentence)
        except OSError as problem:
            sys.stderr.write(f"ERROR: --junitxml: {file} cannot be written: {problem.strerror}\n")
    return status


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marks, and what collects the records."""
    for mark in cases.MARKS:
        config.addinivalue_line("markers", mark)
    for name in ("httpx", "httpcore"):
        # They log headers and addresses as they are, with a token that a target repeats.
        logging.getLogger(name).setLevel(logging.WARNING)
    config.stash[RUN] = Run()
    if not _is_worker(config):
        config.pluginmanager.register(Collector(config.stash[RUN]), "conformance-collector")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Target, contract, models and mode."""
    today = datetime.now(UTC).date()
    return [printable(line) for line in header(config.stash[SETTINGS], config.stash[PROVENANCE], today)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Expands the marks of a conformance test."""
    if metafunc.definition.get_closest_marker("requirement") is not None:
        cases.expand(metafunc, metafunc.config.stash[SETTINGS])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Makes a case of each conformance test, and an item of each cassette that belongs to none."""
    settings = config.stash[SETTINGS]
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)
    known: dict[str, dict[str, set[str]]] = {}
    for item in items:
        if not isinstance(item, pytest.Function) or (case := cases.case_of(item, settings)) is None:
            continue
        item.stash[CASE] = case
        if case.test not in (tests := known.setdefault(case.chapter, {})):
            tests[case.test] = {file_name(name) for name in cases.all_case_names(item, settings.contract)}
        if (reason := cases.reason_to_skip(item, case, settings)) is not None:
            item.add_marker(pytest.mark.skip(reason=reason))
        elif settings.replay:
            item.add_marker(pytest.mark.block_network)
            item.add_marker(pytest.mark.vcr)
    if settings.replay and not settings.listing and known:
        items += strays(session, settings, known)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Shows the list instead of running the cases."""
    if not session.config.stash[SETTINGS].listing or session.testsfailed:
        return None
    cases = [
        report.Listed(
            case.chapter,
            case.test,
            case.model,
            case.expected_requests,
            skipped=item.get_closest_marker("skip") is not None,
            live_only=item.get_closest_marker("live_only") is not None,
        )
        for item in session.items
        if (case := item.stash.get(CASE, None)) is not None
    ]
    terminal = session.config.get_terminal_writer()
    terminal.line()
    for line in report.listing(session.config.stash[SETTINGS].contract, cases):
        terminal.line(line)
    return True


@pytest.hookimpl(optionalhook=True)
def pytest_recording_configure(config: pytest.Config, vcr: VCR) -> None:  # noqa: ARG001
    """Teaches vcrpy how requests match."""
    for name, matcher in MATCHERS.items():
        vcr.register_matcher(name, matcher)


@pytest.fixture(scope="session")
def conformance_client(pytestconfig: pytest.Config) -> Iterator[Client]:
    """The one HTTP client of the run."""
    settings = pytestconfig.stash[SETTINGS]
    with Client(settings.target, settings.limits, live=settings.live, timed=settings.live) as client:
        yield client


@pytest.fixture(scope="session")
def twins_of_run() -> dict[str, bool]:
    """Which models answered a plain request, for the whole run."""
    return {}


@pytest.fixture
def conformance_twins(pytestconfig: pytest.Config, twins_of_run: dict[str, bool]) -> dict[str, bool]:
    """The same, but for one case only where there are cassettes: what they hold must not depend on other cases."""
    settings = pytestconfig.stash[SETTINGS]
    return {} if settings.replay or settings.recording else twins_of_run


@pytest.fixture
def vcr_config(request: pytest.FixtureRequest) -> dict[str, Any]:
    """How vcrpy is to play the cassette of a case."""
    case = request.node.stash.get(CASE, None)
    if case is None:
        return {}
    settings = request.config.stash[SETTINGS]
    tape = request.node.stash[TAPE] = Tape(_path(settings, case), _neutral(settings))
    return {
        "match_on": tuple(MATCHERS),
        "before_record_request": tape.normalise,
        "persister": tape,
        "serializer": "json",
        "skip_patchers": SKIP_PATCHERS,
    }


def _path(settings: Settings, case: Case) -> Path:
    return settings.library.path(case.chapter, case.test, case.name)


def _neutral(settings: Settings) -> Neutral:
    return Neutral(settings.target.path, settings.target.token, replacing(settings.urls))


@pytest.fixture
def mcp_server(pytestconfig: pytest.Config) -> str:
    """The URL of an MCP server that the target can reach. Raises CouldNotRun if none was given."""
    return _url(pytestconfig, MCP_SERVER)


@pytest.fixture
def image_url(pytestconfig: pytest.Config) -> str:
    """The URL of an image that the target can reach. Raises CouldNotRun if none was given."""
    return _url(pytestconfig, IMAGE)


def _url(config: pytest.Config, service: Service) -> str:
    url = config.stash[SETTINGS].urls.get(service)
    if url is None:
        what, option = service.what, service.option
        raise CouldNotRun(f"no {what} was given: name one that the target can reach with {option} URL")
    return url


@pytest.fixture
def ask(
    request: pytest.FixtureRequest,
    vcr: Any,
    conformance_client: Client,
    conformance_twins: dict[str, bool],
) -> Ask:
    """Sends the requests of a case; see `conformance.run.ask.Ask`."""
    case = request.node.stash[CASE]
    settings = request.config.stash[SETTINGS]
    tape = request.node.stash.get(TAPE, None)
    guard: Callable[[Send], Exchange]
    if tape is not None:
        tape.cassette = vcr
        command = ["pytest", *_address(request.node), "--live", "--record-mode=all", *settings.given]
        guard = functools.partial(_played, case, tape, shlex.join(command))
    elif settings.recording:
        recorder = request.node.stash[RECORDER] = Recorder(_path(settings, case), _neutral(settings))
        guard = functools.partial(_recorded, recorder)
    else:
        guard = _sent
    return Ask(conformance_client, settings.contract, case, conformance_twins, guard)


class Unrecorded(Exception):
    """Ends a test whose request is not in its cassette."""


def _sent(send: Send) -> Exchange:
    return send()


def _recorded(recorder: Recorder, send: Send) -> Exchange:
    exchange = send()
    recorder.add(exchange)
    return exchange


def _address(item: pytest.Item) -> list[str]:
    """The arguments that name a case to pytest in the folder of this run."""
    place = item.nodeid.partition("::")[2]
    if layout.checkout() is None:
        return ["--pyargs", f"conformance.{item.path.stem}::{place}"]
    folder = item.config.invocation_params.dir
    path = item.path.relative_to(folder) if item.path.is_relative_to(folder) else item.path
    return [f"{path}::{place}"]


def _played(case: Case, tape: Tape, record: str, send: Send) -> Exchange:
    """Sends, and turns a request that the cassette does not hold into a mismatch of the case."""
    try:
        return send()
    except CannotOverwriteExistingCassetteException as error:
        case.mismatches.append("\n".join([*tape.miss(error.failed_request), f"record it:  {record}"]))
        raise Unrecorded("the request is not in the cassette") from None


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Decides the outcome of a case when its body has run, and saves what was recorded if it passed."""
    case = pyfuncitem.stash.get(CASE, None)
    if case is None:
        return (yield)
    error: BaseException | None = None
    result = None
    try:
        result = yield
    except (Exception, pytest.fail.Exception) as raised:
        error = raised
    tape = pyfuncitem.stash.get(TAPE, None)
    if tape is not None and (error is None or isinstance(error, Ended)):
        case.mismatches += tape.unused()
    outcome = case.finish(None if isinstance(error, Unrecorded) else error)
    if outcome.rank < CaseOutcome.COULD_NOT_RUN.rank:
        recorder = pyfuncitem.stash.get(RECORDER, None)
        if recorder is None or _saved(pyfuncitem, case, recorder):
            return result
    elif outcome is CaseOutcome.SUITE_ERROR and error is not None:
        raise error
    pytest.fail(case.reason or "findings", pytrace=False)


def _saved(item: pytest.Function, case: Case, recorder: Recorder) -> bool:
    """Saves the recording of a case that passed; False if it cannot be saved, which the case then tells."""
    settings = item.config.stash[SETTINGS]
    kind = target_kind(case.exchanges[-1].headers, settings.target.host)
    provenance = Provenance(kind, datetime.now(UTC).date().isoformat(), settings.contract.version)
    try:
        recorder.save(provenance, settings.secrets)
    except (NotSaved, OSError) as error:
        case.outcome, case.reason = CaseOutcome.COULD_NOT_RUN, f"{recorder.path}: {error}"
        return False
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Gives the report of a case its outcome, its record and its text."""
    if call.excinfo is not None:
        report.cut_tracebacks(call.excinfo.value)
    made = yield
    case = item.stash.get(CASE, None)
    if call.when == "teardown":
        _forget(item)
    if case is None or (call.when != "call" and made.passed) or call.when == "teardown":
        return made
    settings = item.config.stash[SETTINGS]
    if made.skipped:
        case.outcome = CaseOutcome.NOT_APPLICABLE
    elif case.outcome is None:
        case.finish(call.excinfo.value if call.excinfo else None)
    if made.failed:
        text = report.failure_text(
            case,
            settings.contract,
            again=f"pytest {shlex.join([*_address(item), *(['--live'] if settings.live else []), *settings.given])}",
            token_variable=settings.target.token_variable,
            cassette=None if settings.mode == "verify" else _from_root(item.config, _path(settings, case)),
        )
        known = call.excinfo is None or call.excinfo.errisinstance((CouldNotRun, pytest.fail.Exception))
        own = [] if known else [printable(line) for line in made.longreprtext.splitlines()]
        made.longrepr = settings.secrets.hide("\n".join([*own, text]))
    record = case.record(settings.secrets.hide)
    made.conformance = record.as_dict()  # type: ignore[attr-defined]
    # JUnit takes the properties of the report on the teardown, which is made from those of the item.
    item.user_properties += [("model", record.model), ("outcome", record.outcome)]
    item.user_properties += [("requirement", requirement) for requirement in case.requirements]
    item.user_properties += [("finding", " | ".join(finding)) for finding in record.findings]
    return made


def _forget(item: pytest.Item) -> None:
    """Lets go of what a case has received, which pytest would keep to the end of the run."""
    keys: tuple[pytest.StashKey[Any], ...] = (CASE, TAPE, RECORDER)
    for key in keys:
        if key in item.stash:
            del item.stash[key]


def _from_root(config: pytest.Config, path: Path) -> Path:
    """The path as it is read from the root of the checkout, if it is within."""
    return path.relative_to(config.rootpath) if path.is_relative_to(config.rootpath) else path


def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:  # noqa: ARG001
    """A case that could not run has a letter of its own; the suite's own fault is an error."""
    outcome = getattr(report, "conformance", {}).get("outcome")
    if outcome == CaseOutcome.COULD_NOT_RUN:
        return "could not run", "N", "COULD NOT RUN"
    if outcome == CaseOutcome.SUITE_ERROR and report.when == "call":
        return "error", "E", "ERROR"
    if outcome == CaseOutcome.WARN:
        return "passed", "w", "PASSED with warnings"
    return None


class Collector:
    """Collects the records of all cases, in the process that reports."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Adds the record that a report carries, and counts what failed without one."""
        if (values := getattr(report, "conformance", None)) is not None:
            self.run.add(values)
        elif report.failed:
            self.run.failed_otherwise += 1


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Sets the exit status of the run from its verdict."""
    settings = session.config.stash[SETTINGS]
    if not settings.listing:
        session.exitstatus = session.config.stash[RUN].exit_status(int(session.exitstatus), settings.fail_on)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Shows warnings, observations, the matrix and the verdict."""
    run = config.stash[RUN]
    if not run.records:
        return
    settings = config.stash[SETTINGS]
    width = terminalreporter._tw.fullwidth  # noqa: SLF001  (no public way to the width)
    status = run.exit_status(int(exitstatus), settings.fail_on)
    told = [*config.stash[PROVENANCE], *left_out(settings)]
    for title, text in report.summary(run, settings.contract, width=width, told=told, status=status):
        terminalreporter.section(title)
        terminalreporter.write_line(text)
