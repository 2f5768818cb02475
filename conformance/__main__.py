"""The command line: ``python -m conformance judge``, ``serve`` and ``coverage``."""

import argparse
import contextlib
import io
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from conformance import layout, report
from conformance.captured.judging import judge_captured
from conformance.captured.reading import read
from conformance.captured.summary import Summary, as_json, as_record, as_text
from conformance.captured.unpacking import CaptureError
from conformance.checks import Memory
from conformance.contract import CONTRACT_NAMES, Contract, ContractError, load
from conformance.verdict import CaseOutcome, Run
from conformance.wire.json_values import printable

BROKEN_PIPE = 141
INTERRUPTED = 130
"""The statuses that a shell gives to a program that such a signal ended."""


class Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        """Write the sentence to stderr and leave with status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a subcommand; returns the exit status."""
    parser = Parser(prog="python -m conformance", description="Tools around the conformance tests.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_judge(commands)
    _add_serve(commands)
    _add_coverage(commands)
    options = parser.parse_args(arguments)
    try:
        status: int = options.run(options)
    except KeyboardInterrupt:
        return 0
    return status


def _add_judge(commands: "argparse._SubParsersAction[Parser]") -> None:
    command = commands.add_parser(
        "judge",
        help="judge exchanges that were captured elsewhere",
        description="Judges captured exchanges: the findings on standard output, a summary on standard error.",
        epilog="Exit status: 0 nothing failed, 1 something did, 2 a file could not be read to its end or holds no "
        "exchange, whatever was found in the others, which are judged all the same.",
    )
    command.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="JSON Lines, a JSON array of exchanges, objects over several lines, or a cassette; plain, or compressed "
        "with gzip, bzip2 or xz; - is standard input",
    )
    command.add_argument("--contract", choices=CONTRACT_NAMES, default="databricks", help="default: %(default)s")
    command.add_argument("--format", choices=("text", "json"), default="text", help="default: %(default)s")
    command.add_argument(
        "--redacted",
        action="store_true",
        help="ids and times of the exchanges were replaced, so that nothing is said of them",
    )
    command.add_argument(
        "--report", metavar="DIR", type=Path, help="write report.json and summary.md into this folder, as a run does"
    )
    command.set_defaults(run=_judge)


def _judge(options: argparse.Namespace) -> int:
    if sys.stdout is None:
        return _fail("judge", "standard output is closed", 2)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        contract = replace(load(options.contract), redacted=options.redacted)
        if options.report is None:
            return _judge_files(options, contract, None)
        return _judge_and_report(options, contract)
    except ContractError as error:
        return _fail("judge", f"the contract is broken: {error}", 2)
    except KeyboardInterrupt:
        return INTERRUPTED  # whatever was judged so far, this is no pass
    except OSError as error:
        return _cannot_write("judge", error)


def _judge_and_report(options: argparse.Namespace, contract: Contract) -> int:
    """Judges, and writes the report, whatever comes in between. Raises OSError."""
    try:
        report.prepare(options.report)
    except (OSError, ValueError) as error:
        return _fail("judge", f"--report: {printable(str(options.report))} cannot be written: {error}", 2)
    run, started, status = Run(), datetime.now(UTC), INTERRUPTED
    try:
        status = _judge_files(options, contract, run)
    finally:
        facts = report.Facts(
            mode="judge",
            started=started.isoformat(timespec="seconds"),
            seconds=(datetime.now(UTC) - started).total_seconds(),
            status=status,
            result={0: "passed", 1: "failed", 2: "could not run"}.get(status, "interrupted"),
            options=["--redacted"] if options.redacted else [],
            provenance=[printable(f"captured: {name}") for name in options.files],
            contract=contract,
        )
        report.write_report(options.report, report.document(run, facts))
    return status


def _judge_files(options: argparse.Namespace, contract: Contract, run: Run | None) -> int:
    summary, memory = Summary(), Memory()
    unreadable = False
    for name in options.files:
        try:
            for captured in read(name):
                judgement = judge_captured(captured, contract, memory)
                summary.add(judgement)
                if run is not None:
                    run.records.append(as_record(judgement))
                lines = [json.dumps(as_json(judgement))] if options.format == "json" else as_text(judgement, contract)
                sys.stdout.writelines(f"{line}\n" for line in lines)
                sys.stdout.flush()
        except CaptureError as error:
            unreadable = True
            _fail("judge", printable(str(error)), 2)
    if summary.read:
        sys.stderr.writelines(f"{line}\n" for line in summary.lines())
    if unreadable:
        return 2
    return 1 if summary.verdicts[CaseOutcome.FAIL] else 0


def _add_serve(commands: "argparse._SubParsersAction[Parser]") -> None:
    command = commands.add_parser("serve", help="run the reference endpoint, a small server that keeps the contract")
    command.add_argument("--port", type=_port, required=True, help="port to listen on, 0 for any free one")
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    command.add_argument(
        "--mcp-port",
        type=_port,
        help="run a small MCP server beside it, on this port of 127.0.0.1, 0 for any free one; a picture is "
        "served there too, as /square.png",
    )
    command.add_argument("--token", type=_token, help="the only token that is accepted (default: any)")
    command.add_argument("--chunk-bytes", type=_size, metavar="N", help="cut streams into pieces of N bytes")
    command.add_argument(
        "--delay", type=_seconds, default=0.001, metavar="SECONDS", help="wait after each event (default: 0.001)"
    )
    command.add_argument(
        "--thinking", type=_seconds, default=0.0, metavar="SECONDS", help="wait before the output of a stream"
    )
    command.add_argument(
        "--pause", type=_seconds, default=1.0, metavar="SECONDS", help="how long profiles wait that do (default: 1)"
    )
    command.add_argument(
        "--workspace", action="store_true", help="also be the control plane of a workspace; needs --token"
    )
    command.add_argument(
        "--token-seconds",
        type=_seconds,
        metavar="SECONDS",
        help="how long its OAuth tokens live (default: 43)",
    )
    command.add_argument(
        "--missing", metavar="MODEL", action="append", help="a model that the workspace does not offer; several times"
    )
    command.add_argument(
        "--cause",
        metavar="NAME[:MODEL]",
        action="append",
        help="what is in the way in the workspace, for a model or for all; several times",
    )
    like = command.add_mutually_exclusive_group()
    like.add_argument("--fault", metavar="NAME", help="break the contract in one way; --list-faults shows which")
    like.add_argument(
        "--profile",
        metavar="NAME",
        action="append",
        help="behave as real endpoints are reported to; may be given several times; --list-profiles shows which",
    )
    command.add_argument("--list-faults", action=ListFaults, help="show the faults and end")
    command.add_argument("--list-profiles", action=ListProfiles, help="show the profiles and end")
    command.set_defaults(run=_serve)


class Catalogue(argparse.Action):
    """Writes a catalogue and ends."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **options)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        """Does so."""
        try:
            for row in self.rows():
                sys.stdout.write("\n    ".join(filter(None, row)) + "\n")
            sys.stdout.flush()
        except OSError as error:
            parser.exit(_cannot_write("serve", error))
        parser.exit()

    def rows(self) -> Iterator[Sequence[str]]:
        """The lines of each entry, its name first."""
        raise NotImplementedError


class ListFaults(Catalogue):
    """Writes the catalogue of faults and ends."""

    def rows(self) -> Iterator[Sequence[str]]:
        """A fault with what it breaks, and where it was seen."""
        from conformance.faults import FAULTS

        for fault in FAULTS.values():
            yield fault.name, fault.sentence, f"breaks {', '.join(fault.breaks)}", fault.seen


class ListProfiles(Catalogue):
    """Writes the profiles of the reference endpoint and ends."""

    def rows(self) -> Iterator[Sequence[str]]:
        """A profile with whether it keeps the contract, and the switches that it sets."""
        from conformance.reference.profiles import PROFILES

        for profile in PROFILES.values():
            kept = "keeps the contract" if profile.is_right else "breaks the contract"
            yield profile.name, profile.sentence, kept, f"sets {', '.join(one.name for one in profile.switches)}"


def _serve(options: argparse.Namespace) -> int:
    from conformance.faults import Fault, UnknownFault
    from conformance.faults import find as find_fault
    from conformance.reference.profiles import Profile, UnknownProfile, combined
    from conformance.reference.profiles import find as find_profile
    from conformance.reference.reply import as_sent, unchanged

    try:
        from conformance.reference.app import TARGET, create_app
        from conformance.reference.serve import LOOPBACK, base_url, listen, serve
        from conformance.reference.workspace import LIFETIME, UnknownCause, Workspace
        from conformance.reference.workspace import find as find_cause

        if options.mcp_port is not None:
            from conformance.reference import mcp_server
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in {"mcp", "starlette", "uvicorn"}:
            raise
        install = f"pip install {'mcp starlette uvicorn' if layout.checkout() is None else '--group reference'}"
        return _fail("serve", f"the package {package} is missing: {install}")
    like: Fault | Profile | None = None
    try:
        if options.fault is not None:
            like = find_fault(options.fault)
        elif options.profile:
            like = combined([find_profile(name) for name in options.profile])
    except (UnknownFault, UnknownProfile) as error:
        return _fail("serve", str(error), 2)
    workspace = None
    try:
        if options.workspace:
            if options.token is None:
                return _fail("serve", "--workspace needs --token: it is also the secret of the OAuth client", 2)
            causes = tuple(find_cause(name) for name in options.cause or ())
            lifetime = LIFETIME if options.token_seconds is None else options.token_seconds
            workspace = Workspace(options.token, tuple(options.missing or ()), causes, lifetime)
        elif options.cause or options.missing or options.token_seconds is not None:
            return _fail("serve", "--cause, --missing and --token-seconds need --workspace", 2)
    except UnknownCause as error:
        return _fail("serve", str(error), 2)
    app = create_app(
        workspace=workspace,
        token=options.token,
        chunk_bytes=options.chunk_bytes,
        delay=options.delay,
        thinking=options.thinking,
        request_edit=like.request_edit if like else as_sent,
        reply_edit=like.reply_edit if like else unchanged,
        target=like.target if like else TARGET,
        pause=options.pause,
    )
    try:
        host, port = options.host, options.port
        listener = listen(host, port)
        with contextlib.ExitStack() as beside:
            beside.callback(listener.close)
            urls = [base_url(listener)]
            if options.mcp_port is not None:
                host, port = LOOPBACK, options.mcp_port
                urls.append(beside.enter_context(mcp_server.running(port)))
            serve(app, listener, urls)
    except OSError as error:
        return _fail("serve", f"cannot listen on {host} port {port}: {error.strerror}")
    return 0


def _add_coverage(commands: "argparse._SubParsersAction[Parser]") -> None:
    command = commands.add_parser(
        "coverage",
        help="write the coverage page: each promise, and what puts it to the test",
        description="Writes the coverage page, made of the contract and of the marks of the conformance tests.",
        epilog="Exit status: 0 done, 1 the file differs, 2 the page cannot be made, read or written.",
    )
    where = command.add_mutually_exclusive_group()
    where.add_argument("--out", metavar="FILE", type=Path, help="write it here (default: standard output)")
    where.add_argument("--check", metavar="FILE", type=Path, help="write nothing, say whether this file is up to date")
    command.set_defaults(run=_coverage)


def _coverage(options: argparse.Namespace) -> int:
    from conformance.report import coverage
    from conformance.run.collected import NotCollected, collect

    try:
        contracts = [load(name) for name in CONTRACT_NAMES]
        page = "".join(f"{line}\n" for line in coverage(contracts, collect()))
        if options.check is not None:
            if options.check.read_text(encoding="utf-8") == page:
                return 0
            again = f"python -m conformance coverage --out={options.check}"
            return _fail("coverage", f"{options.check} is not up to date: {again}")
        if options.out is not None:
            options.out.write_text(page, encoding="utf-8")
            return 0
    except (ContractError, NotCollected, OSError, ValueError) as error:
        return _fail("coverage", str(error), 2)
    try:
        sys.stdout.write(page)
        sys.stdout.flush()
    except OSError as error:
        return _cannot_write("coverage", error)
    return 0


def _cannot_write(command: str, error: OSError) -> int:
    """The exit status where nobody reads on, or the disk is full."""
    # What is still in the buffers must not be tried again on the way out.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        os.dup2(nowhere, sys.stderr.fileno())
        return BROKEN_PIPE
    return _fail(command, f"cannot write: {error.strerror}", 2)


def _fail(command: str, problem: str, status: int = 1) -> int:
    sys.stderr.write(f"python -m conformance {command}: {problem}\n")
    return status


def _port(text: str) -> int:
    return _whole(text, 0, 65535)


def _size(text: str) -> int:
    return _whole(text, 1, 2**31)


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def _token(text: str) -> str:
    if text.split() != [text]:
        raise argparse.ArgumentTypeError("it cannot be empty or hold spaces, no header could carry it")
    return text


if __name__ == "__main__":
    sys.exit(main())
