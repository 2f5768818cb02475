"""The runs of the kill matrix, in a process of their own: the same cases again and again, each time with another fault.

pytest collects once and a plugin runs the cases, as pytest would, for each fault. Only those run that a fault touches:
it works on what was asked and on the reply, so the exchanges of the faultless run tell which cases get another answer.
Where a fault touches many, some are left out that judge nothing but what others judge.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import json
import os
import ssl
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.checks import PAIRS, RULES
from conformance.faults import FAULTS, Fault
from conformance.reference import servers
from conformance.reference.app import create_app
from conformance.reference.reply import Reply
from conformance.reference.serve import running
from conformance.run.cases import case_of
from conformance.run.stash import CASE, SETTINGS, SILENT, TWINS
from conformance.run.twins import Twins
from conformance.target import Client, probe
from tests import ROOT

TESTS = ("conformance", "tests/tools/probes.py")
UNNEEDED = ("cacheprovider", "faulthandler", "logging", "threadexception", "unraisableexception")
"""Plugins of pytest without which a run takes half the time."""

GROWING = ("terminalreporter", "conformance-collector")
"""Plugins that would keep every report of every run."""

LONG, PAUSE = 45, 0.3
TIMED = "streams.incremental"
"""What is judged by a clock, which a busy machine disturbs: only with the faults that break it, and without a fault."""

OFTEN = 2
"""By how many of the cases that a fault touches a requirement is judged, at most, before others are left out."""

Record = dict[str, Any]
Judged = tuple[str, ...]
"""A requirement that a case puts to the test, or one that it judged, streamed or not, or what it observed of one."""


class Endpoint:
    """The reference endpoint, whose fault can be changed while it runs. Without one it keeps the replies it gave.

    Where it is ``timed`` a long stream takes a moment, so that its first event can be told from its last.
    """

    def __init__(self, token: str) -> None:
        self._token = token
        self.given: list[Reply] = []
        self.timed = True
        self._app = create_app(token, reply_edit=self._keep)

    def use(self, fault: Fault) -> None:
        """Answers with a fault from now on."""
        self.timed = TIMED in fault.breaks
        self._app = create_app(self._token, request_edit=fault.request_edit, reply_edit=fault.reply_edit)

    def _keep(self, reply: Reply) -> Reply:
        self.given.append(reply)
        return reply

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers."""
        parts = 0

        async def slowly(message: Any) -> None:
            nonlocal parts
            parts += 1
            if self.timed and parts == LONG:
                await asyncio.sleep(PAUSE)
            await send(message)

        await self._app(scope, receive, slowly)


@dataclass(frozen=True)
class Faultless:
    """A case without a fault: the replies that it got, and what it put to the test, judged and observed."""

    item: Any
    requirements: tuple[str, ...]
    replies: tuple[tuple[Reply, str], ...]
    judged: frozenset[Judged]

    @classmethod
    def of(cls, item: pytest.Item, requirements: tuple[str, ...], record: Record, given: Sequence[Reply]) -> Faultless:
        """Made of what a case puts to the test, its record, and the replies that it got."""
        streamed = str(any(reply.frames is not None for reply in given))
        judged = {(requirement, streamed) for requirement in record["judged"]}
        observed = {(*finding, streamed) for finding in record["findings"]}
        tested = {(requirement,) for requirement in requirements}
        replies = tuple((reply, repr(reply)) for reply in given)
        return cls(item, requirements, replies, frozenset(judged | observed | tested))

    def touched(self, fault: Fault) -> bool:
        """True if the fault makes something else of one of the requests or of one of the replies."""
        return any(
            fault.request_edit({**reply.asked}) != reply.asked or repr(fault.reply_edit(reply)) != written
            for reply, written in self.replies
        )


def selected(fault: Fault, cases: Sequence[Faultless]) -> list[Faultless]:
    """The cases to run with a fault: those that it touches, as far as they judge what few of the others do."""
    judged: Counter[Judged] = Counter()
    chosen = []
    for case in cases:
        if any(judged[one] < OFTEN for one in case.judged) and case.touched(fault):
            judged.update(case.judged)
            chosen.append(case)
    return chosen


class Runs:
    """A plugin of pytest that runs the collected cases without a fault, and then for each task.

    ``found`` holds, for each of these runs, the records of its cases.
    """

    def __init__(self, tasks: Sequence[Sequence[str]], endpoint: Endpoint, *, everything: bool) -> None:
        self.tasks = tasks
        self.endpoint = endpoint
        self.everything = everything
        self.found: list[dict[str, Record]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Runs the cases in place of pytest."""
        if session.testsfailed:
            return None
        for name in GROWING:
            session.config.pluginmanager.unregister(name=name)
        places = {item: place for place, item in enumerate(session.items)}
        cases = sorted(self._faultless(session.items), key=lambda case: (-len(case.judged), places[case.item]))
        for number, (name, requirement) in enumerate(self.tasks):
            if number % 20 == 19:
                gc.collect()
            chosen = cases if self.everything else selected(FAULTS[name], cases)
            self.endpoint.use(FAULTS[name])
            clock = "" if self.endpoint.timed else TIMED
            items = [case.item for case in chosen if clock not in case.requirements]
            with _turned_off(requirement, clock):
                self._run(sorted(items, key=places.__getitem__))
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps the record of a case, or makes one of what went wrong."""
        record = getattr(report, "conformance", None)
        if record is None and report.failed:
            record = _unjudged(report.nodeid, str(report.longrepr), "suite error")
        if record is not None:
            self.found[-1][record["case"]] = record

    def _faultless(self, items: Sequence[pytest.Item]) -> Iterator[Faultless]:
        for item, requirements in zip(items, self._steps(items), strict=True):
            yield Faultless.of(item, requirements, self.found[0][item.nodeid], self.endpoint.given)

    def _run(self, items: Sequence[pytest.Item]) -> None:
        for _ in self._steps(items):
            pass

    def _steps(self, items: Sequence[pytest.Item]) -> Iterator[tuple[str, ...]]:
        """Runs some cases as pytest does, each as if it had never run, one a step; yields what it puts to the test."""
        self.found.append({})
        if not items:
            return
        settings = items[0].config.stash[SETTINGS]
        items[0].config.stash[TWINS] = Twins(settings)
        items[0].config.stash[SILENT] = []
        with Client(settings.target) as client:
            _, obstacle = probe(client, settings.models[0])
        if obstacle:
            self.found[-1]["probe"] = _unjudged("probe", obstacle, "could not run")
        for item, following in zip(items, [*items[1:], None], strict=True):
            assert isinstance(item, pytest.Function)
            self.endpoint.given = []
            case = case_of(item, settings)
            assert case is not None
            item.stash[CASE] = case
            item.user_properties.clear()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            yield case.requirements


def _unjudged(case: str, reason: str, outcome: str) -> Record:
    return {"case": case, "outcome": outcome, "reason": reason, "findings": [], "judged": {}}


@contextlib.contextmanager
def _turned_off(*requirements: str) -> Iterator[None]:
    """Leaves out the checks of some requirements."""
    kept = [dict(RULES), dict(PAIRS)]
    for requirement in requirements:
        RULES.pop(requirement, None)
        PAIRS.pop(requirement, None)
    try:
        yield
    finally:
        for table, before in zip((RULES, PAIRS), kept, strict=True):
            table.clear()
            table.update(before)


def _once(ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Asks the same only once, and then remembers the answer."""
    known: dict[str, Any] = {}

    async def remembered(*asked: Any) -> Any:
        if repr(asked) not in known:
            known[repr(asked)] = await ask(*asked)
        return known[repr(asked)]

    return remembered


def main() -> None:
    """Runs the cases for the tasks of the command line and writes the records of all runs as one JSON value."""
    # Here, as it takes long and whoever imports this module for its own tests does not need it.
    from conformance.reference import mcp_server

    model, everything, tasks = json.loads(sys.argv[1])
    # What every run would do anew and alike: read the certificates, which nobody needs on loopback, ask the MCP server,
    # and look through all objects for garbage, of which a run leaves little.
    ssl.create_default_context = functools.cache(ssl.create_default_context)
    servers.list_tools, servers.call_tool = _once(servers.list_tools), _once(servers.call_tool)
    gc.disable()
    endpoint, real = Endpoint(os.environ["RESPONSES_API_KEY"]), sys.stdout
    runs = Runs(tasks, endpoint, everything=everything)
    with contextlib.ExitStack() as stack:
        url, server = stack.enter_context(running(endpoint)), stack.enter_context(mcp_server.running())
        stack.enter_context(contextlib.redirect_stdout(stack.enter_context(Path(os.devnull).open("w"))))
        options = ["--live", "--base-url", url, "--models", model, "--max-wait=0", "--token-in-url"]
        options += ["--mcp-server", server, "--image-url", server.replace(mcp_server.PATH, f"/{mcp_server.PICTURE}")]
        options += ["-p", "pytest_recording.plugin"]
        options += ["-q", "-s", "--tb=no", "--assert=plain", "--rootdir", str(ROOT)]
        options += [word for name in UNNEEDED for word in ("-p", f"no:{name}")]
        status = pytest.main([*options, *TESTS], plugins=[runs])
    if len(runs.found) != len(tasks) + 1:
        sys.exit(f"pytest ended with {status} before all was run")
    json.dump(runs.found, real)


if __name__ == "__main__":
    main()
