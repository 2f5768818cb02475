"""The wiring to pytest: options, fixtures and hooks. `conformance.run.entry` loads it, or the root ``conftest.py``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_recording.plugin
from vcr import VCR

from conformance import report
from conformance.recording import MATCHERS, TWINS, file_name
from conformance.run import again, cases, evidence, forms, start, transmit
from conformance.run.collector import Collector
from conformance.run.header import header, left_out
from conformance.run.lacks import told_of_lacks
from conformance.run.settings import Settings, add_options
from conformance.run.stash import CASE, FOUND, PROVENANCE, RECORDER, RUN, SETTINGS, SILENT, TAPE, VALUED, forget
from conformance.run.target_options import MissingPrerequisite
from conformance.run.unclaimed import unclaimed
from conformance.verdict import COULD_NOT_RUN_STATUS, Case, CaseOutcome, CouldNotRun, Ended, Run
from conformance.wire.json_values import printable

pytest_plugins = ["conformance.run.fixtures"]

RECORDING: Final = "recording"
"""The name of pytest-recording's entry point."""

COLORS: Final = {
    CaseOutcome.SUITE_ERROR: {"red": True, "bold": True},
    CaseOutcome.FAIL: {"red": True, "bold": True},
    CaseOutcome.COULD_NOT_RUN: {"purple": True},
    CaseOutcome.WARN: {"yellow": True},
    CaseOutcome.PASS: {"green": True},
}
"""How the matrix is painted on a terminal."""

PATIENCE: Final = 2
"""Cases without any answer, after which no more is asked of a target."""

LEAVE_OUT: Final = "leave that plugin out with -p no:NAME, for pytest-base-url -p no:base_url"


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
    if (arguments := start.rearranged(config)) is not None:
        return start.again(arguments)
    try:
        if not config.pluginmanager.is_registered(pytest_recording.plugin):
            raise pytest.UsageError("-p no:recording: pytest-recording plays the cassettes; leave this option out")
        start.prepare(config)
        start.settle(config, Settings.read(config))
        settings = config.stash[SETTINGS]
        if settings.live and config.option.preflight_only:
            return start.examine(config)
    except pytest.UsageError as error:
        return start.ended(config, error, int(pytest.ExitCode.USAGE_ERROR))
    except MissingPrerequisite as error:
        return start.ended(config, error, COULD_NOT_RUN_STATUS)
    except KeyboardInterrupt:
        return start.ended(config, "interrupted before the first case", int(pytest.ExitCode.INTERRUPTED))
    if settings.listing and hasattr(config.option, "numprocesses"):
        # A listing needs no workers.
        config.option.numprocesses, config.option.dist, config.option.tx = 0, "no", []
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marks, and what collects the records."""
    for mark in cases.MARKS:
        config.addinivalue_line("markers", mark)
    for name in ("httpx", "httpcore"):
        # They log headers and addresses as they are, with a token that a target repeats.
        logging.getLogger(name).setLevel(logging.WARNING)
    config.stash[RUN] = Run()
    # With --help nothing was found out.
    for record in config.stash[FOUND].records if FOUND in config.stash else ():
        config.stash[RUN].add(record.as_dict())
    config.stash[SILENT] = []
    if not start.is_worker(config):
        collector = Collector(config.stash[RUN], verbose=config.option.verbose > 0)
        config.pluginmanager.register(collector, "conformance-collector")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Target, contract, models and mode."""
    today = datetime.now(UTC).date()
    said = [*config.stash[FOUND].lines(), *config.stash[PROVENANCE]]
    return [printable(line) for line in header(config.stash[SETTINGS], said, today)]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hands a worker of pytest-xdist the models that were found."""
    node.workerinput[start.MODELS] = list(node.config.stash[SETTINGS].models)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Expands the marks of a conformance test."""
    if metafunc.definition.get_closest_marker("requirement") is not None:
        cases.expand(metafunc, metafunc.config.stash[SETTINGS])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Makes a case of each conformance test, and an item of each cassette that belongs to none."""
    settings = config.stash[SETTINGS]
    items.sort(key=lambda item: (cases.risk_of(item), item.get_closest_marker("first") is None))
    if settings.resume is not None:
        cases.take_up(config, items, settings)
    known: dict[str, dict[str, set[str]]] = {}
    for item in items:
        if not isinstance(item, pytest.Function) or (case := cases.case_of(item, settings)) is None:
            continue
        item.stash[CASE] = case
        if case.test not in (tests := known.setdefault(case.chapter, {})):
            tests[case.test] = {file_name(name) for name in cases.all_case_names(item, settings)}
        if (reason := cases.reason_to_skip(item, case, settings)) is not None:
            item.add_marker(pytest.mark.skip(reason=reason))
        elif (need := cases.missing(item, case, settings)) is not None:
            case.not_tried = need.what, need.option
            item.add_marker(pytest.mark.skip(reason=f"not tried: it needs {need.option}"))
        elif settings.replay:
            item.add_marker(pytest.mark.block_network)
            item.add_marker(pytest.mark.vcr)
    if settings.quick:
        cases.keep_quick(config, items)
    elif settings.replay and not settings.listing and known and settings.resume is None:
        items += unclaimed(session, settings, known)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Forgets the exchanges that an earlier live run has kept."""
    settings = session.config.stash[SETTINGS]
    if settings.live and not settings.listing and not start.is_worker(session.config):
        evidence.forget(session.config)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Shows the list instead of running the cases."""
    if not session.config.stash[SETTINGS].listing or session.testsfailed:
        return None
    listed = [
        report.Listed(
            case.chapter,
            case.test,
            case.model,
            case.expected_requests,
            skipped=item.get_closest_marker("skip") is not None,
            live_only=item.get_closest_marker("live_only") is not None,
            requirements=case.requirements,
        )
        for item in session.items
        if (case := item.stash.get(CASE, None)) is not None
    ]
    run = [item.stash[CASE] for item in session.items if CASE in item.stash and not item.get_closest_marker("skip")]
    listed += [
        report.Listed(TWINS, shape, model, 1, skipped=False, live_only=False)
        for model, shape in cases.twins_of(run, session.config.stash[SETTINGS].contract)
    ]
    terminal = session.config.get_terminal_writer()
    terminal.line()
    verbose = session.config.option.verbose > 0
    for line in report.listing(session.config.stash[SETTINGS].contract, listed, verbose=verbose):
        terminal.line(line)
    return True


@pytest.hookimpl(optionalhook=True)
def pytest_recording_configure(config: pytest.Config, vcr: VCR) -> None:  # noqa: ARG001
    """Teaches vcrpy how requests match."""
    for name, matcher in MATCHERS.items():
        vcr.register_matcher(name, matcher)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Asks nobody any more where a target has fallen silent twice."""
    case, silent = item.stash.get(CASE, None), item.config.stash[SILENT]
    if case is not None and len(silent) >= PATIENCE:
        case.outcome = CaseOutcome.COULD_NOT_RUN
        case.reason = f"the target answers no more, for the first time in {silent[0]}: look at it, then run again"
        pytest.skip(case.reason)


def _count_silence(item: pytest.Function, case: Case) -> None:
    """Remembers a case that got no answer at all, as long as the target may have died.

    What can hurt a target may have killed one that is there again; other cases go on where it still answers.
    """
    silent, harmless = item.config.stash[SILENT], not cases.risk_of(item)
    if case.unreachable and not (harmless and case.still_answers):
        silent.append(case.node)
    elif harmless and case.exchanges:
        silent.clear()


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
    outcome = case.finish(None if isinstance(error, transmit.Unrecorded) else error)
    _count_silence(pyfuncitem, case)
    if outcome is CaseOutcome.NOT_APPLICABLE:
        pytest.skip(f"not applicable: {case.reason}")
    if outcome.rank < CaseOutcome.COULD_NOT_RUN.rank:
        recorder = pyfuncitem.stash.get(RECORDER, None)
        settings = pyfuncitem.config.stash[SETTINGS]
        if recorder is None or (problem := transmit.save(recorder, case.exchanges[-1], settings)) is None:
            if outcome is CaseOutcome.WAIVED:
                pytest.xfail(f"waived: {case.reason}")
            return result
        case.outcome, case.reason = CaseOutcome.COULD_NOT_RUN, problem
    elif outcome is CaseOutcome.SUITE_ERROR and error is not None:
        raise error
    pytest.fail(case.reason or "findings", pytrace=False)


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
        forget(item)
    if case is None or (call.when != "call" and made.passed) or call.when == "teardown":
        return made
    settings = item.config.stash[SETTINGS]
    asks_again = again.command(item, settings, *(["--live"] if settings.live else []))
    if made.skipped and case.outcome is None:
        case.outcome = CaseOutcome.NOT_TRIED if case.not_tried else CaseOutcome.NOT_APPLICABLE
        case.reason = made.longrepr[2].removeprefix("Skipped: ") if isinstance(made.longrepr, tuple) else ""
    elif case.outcome is None:
        case.finish(call.excinfo.value if call.excinfo else None)
    kept = evidence.keep(item.config, case, settings) if settings.live else transmit.path_of(settings, case)
    kept = again.from_here(item.config, kept) if isinstance(kept, Path) else kept
    if made.failed:
        target = settings.target
        text = report.failure_text(
            case,
            settings.contract,
            again=asks_again,
            sender=report.Sender(
                target.base_url if settings.live else None, target.token_variable, target.token, settings.secrets.hide
            ),
            exchanges=kept,
            body=lambda number: evidence.body_of(item.config, case, number, settings),
            in_full=item.config.option.verbose > 1,
        )
        known = call.excinfo is None or call.excinfo.errisinstance((CouldNotRun, pytest.fail.Exception))
        own = [] if known else [printable(line) for line in made.longreprtext.splitlines()]
        made.longrepr = settings.secrets.hide("\n".join([*own, text]))
    record = case.record(settings.secrets.hide, lambda name: settings.contract.level(name, case.model))
    record.again, record.seconds = settings.secrets.hide(asks_again), made.duration
    record.evidence = str(kept) if isinstance(kept, Path) else ""
    made.conformance = record.as_dict()  # type: ignore[attr-defined]
    # JUnit takes the properties of the report on the teardown, which is made from those of the item.
    item.user_properties += report.properties(record)
    return made


def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:  # noqa: ARG001
    """A case that could not run has a letter of its own; the suite's own fault is an error."""
    outcome = getattr(report, "conformance", {}).get("outcome")
    if outcome == CaseOutcome.COULD_NOT_RUN:
        return "could not run", "N", "COULD NOT RUN"
    if outcome == CaseOutcome.SUITE_ERROR and report.when == "call":
        return "error", "E", "ERROR"
    if outcome == CaseOutcome.WARN:
        return "passed", "w", "PASSED with warnings"
    if outcome == CaseOutcome.FAIL and getattr(report, "told_before", False):
        return "failed likewise", "F", "FAILED"
    return None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Sets the exit status of the run from its verdict."""
    settings = session.config.stash[SETTINGS]
    if not settings.listing:
        status = start.concluded(session.config, int(session.exitstatus))
        session.exitstatus = start.finish(session.config, status)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Generator[None]:
    """Shows observations, the matrix, warnings, causes and the verdict, behind all that pytest and others show."""
    yield
    run = config.stash[RUN]
    if not run.records:
        return
    settings = config.stash[SETTINGS]
    writer = terminalreporter._tw  # noqa: SLF001  (no public way to the width)
    remarks = [*config.stash[PROVENANCE], *left_out(settings), *forms.told(run), *told_of_lacks(run)]
    remarks += evidence.told(config, settings)
    sections = report.summary(
        run,
        settings.contract,
        width=writer.fullwidth,
        remarks=remarks,
        status=int(terminalreporter._session.exitstatus),  # noqa: SLF001  (what came of it in the end)
        waivers=start.waivers(config),
        comparison=start.comparison(config),
        verbose=config.option.verbose > 0,
        paint=lambda letter, outcome: writer.markup(letter, **COLORS.get(outcome, {})),
    )
    for title, text in sections:
        terminalreporter.section(title)
        terminalreporter.write_line(text)
