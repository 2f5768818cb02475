"""What is found out before a live run: which models a workspace lists, and which models answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.run.bodies import answerable, encoded, plain_body
from conformance.run.selection import OF_LIST, Met
from conformance.run.settings import Settings
from conformance.run.target_options import MissingPrerequisite
from conformance.target import Client, Unreachable
from conformance.target.discovery import Offered, discover
from conformance.target.environment import obstacle
from conformance.target.obstacles import Obstacle
from conformance.target.preflight import PLAIN
from conformance.target.waiting import BUSY
from conformance.verdict import CaseOutcome, Record
from conformance.wire.exchange import Exchange

OFFERED: Final = "supported_models.offered"


def _passes(row: Obstacle) -> bool:
    """True for what says nothing of a model for longer than a moment, or than one request."""
    return row.status == 200 or (row.status in BUSY and row.whole_run)


@dataclass
class Found:
    """What a workspace lists, what the contract says beside, and the records of models that are not tried."""

    offered: Offered = field(default_factory=Offered)
    met: Met = field(default_factory=lambda: Met((), (), ()))
    records: list[Record] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """What the head of a run says of it."""
        if self.offered.why_not:
            yield self.offered.why_not
        if self.offered.source:
            yield f"offered: {len(self.offered.names)} models, by the list of {self.offered.source}"
        if missing := [record.model for record in self.records if record.findings]:
            yield f"documented, not offered: {', '.join(missing)}"
        if self.met.undocumented:
            yield f"offered, not documented (tried with --models=offered): {', '.join(self.met.undocumented)}"
        if self.met.retired:
            yield f"warning: retired, yet offered: {', '.join(self.met.retired)}"


def listed(settings: Settings, given: str | None) -> tuple[Settings, Found]:
    """The settings with the models that are to be tried, and what was found. Raises MissingPrerequisite.

    A documented model that the workspace does not list is one finding, and not tried.
    """
    contract = settings.contract
    offered = discover(settings.target)
    words = {word.strip() for word in (given or "").split(",")}
    if offered.why_not and words & set(OF_LIST):
        raise MissingPrerequisite(settings.secrets.hide(f"--models={given}: {offered.why_not}; name the models"))
    chosen = settings.choosing(given, offered).models
    met = Met.of(offered, contract)
    # Of a model that has a name of its own at the workspace, the list says nothing.
    missing = [name for name in chosen if name in met.missing and name not in settings.target.names]
    found = Found(offered, met, [_not_offered(name) for name in missing])
    left = tuple(name for name in chosen if name not in missing)
    if not left:
        raise MissingPrerequisite(f"the workspace lists none of the models to be tried ({', '.join(chosen)})")
    return settings.trying(left), found


def answering(settings: Settings, found: Found) -> Settings:
    """The settings with the models that answer a plain request, each asked once. Raises MissingPrerequisite.

    A documented model that is not there is one finding. One that something else in the environment keeps from
    answering is one record; other answers, and none, are for the tests to judge.
    """
    left: list[str] = []
    absent: dict[str, str] = {}
    kept: dict[str, list[str]] = {}
    with Client(settings.target, settings.limits) as client:
        for name in settings.models:
            row = _in_the_way(client, settings, name)
            if row is None:
                left.append(name)
            elif row.is_absence and name in settings.contract.documented_models():
                absent[name] = settings.secrets.hide(row.sentence)
            else:
                kept.setdefault(settings.secrets.hide(row.sentence), []).append(name)
    told = {f"{', '.join(names)}: {reason}": names for reason, names in kept.items()}
    if not left:
        missing = [f"{', '.join(absent)}: {next(iter(absent.values()))}"] if absent else []
        raise MissingPrerequisite(f"no model answers; {'; '.join([*missing, *told])}")
    found.records += [_not_offered(name, "a plain request", "404") for name in absent]
    for reason, names in told.items():
        found.records += [_record(name, CaseOutcome.COULD_NOT_RUN, requests=1, reason=reason) for name in names]
    return settings.trying(tuple(left))


def _in_the_way(client: Client, settings: Settings, name: str) -> Obstacle | None:
    """What keeps a model from answering, or None. A connection that is lost is for the tests to judge."""
    try:
        row = obstacle(plain(client, settings, name))
    except Unreachable:
        return None
    return None if row is None or _passes(row) else row


def plain(client: Client, settings: Settings, name: str) -> Exchange:
    """What a model answers to the plainest request; a refusal of the credential is asked again. Raises Unreachable."""
    known = settings.contract.model(name)
    room = settings.room
    body = answerable(plain_body(settings.target.model_name(name), known, PLAIN, {}, room), known, room)
    exchange = client.send(encoded(body))
    if exchange.status == 403:
        exchange = client.send(encoded(body), fresh=True)
    return exchange


def _not_offered(name: str, where: str = "the list of the workspace", received: str = "not listed") -> Record:
    finding = [OFFERED, "should", where, "the model", received]
    return _record(name, CaseOutcome.WARN, judged={OFFERED: CaseOutcome.WARN}, findings=[finding])


def _record(name: str, outcome: CaseOutcome, **values: Any) -> Record:
    return Record(f"{OFFERED}[{name}]", "supported_models", name, outcome, untried=True, **values)
