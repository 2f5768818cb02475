"""How a test asks as a client does: with the client's own request, and where it is refused, for which part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from conformance.checks import Finding, Outcome, Result, Stated, View, message, outcome_finding
from conformance.contract import Level
from conformance.run.ask import PRECONDITION_TRIES, Ask
from conformance.run.bodies import encoded
from conformance.samples import clients
from conformance.samples.client_requests import Body, Shape, Written, plainly, shapes_of
from conformance.verdict import CouldNotRun, Ended, NeverCame
from conformance.wire.exchange import Exchange

TOGETHER: Final = "client_requests.together"
"""What a request puts to the test all of whose parts are taken one by one."""

TOLD: Final = "unsupported_parameters.boundary_values"
"""What is told of store false, which is a shape here and told as one."""


class AskAsClient(Ask):
    """Sends requests as clients write them, and judges them part by part.

    A request that is answered shows that each of its shapes is taken. One that is refused is asked again without what
    nobody promises, and if that is refused too in the suite's own words and with one shape at a time: only a shape that
    is refused where the same request without it is answered is found.
    """

    _known: list[tuple[Written, Exchange]]
    _was_refused = False

    def loop(self, model: str, client: clients.Client) -> None:
        """The tool loop of a client: its question, and its next request with the answer and the output of each call.

        Raises NeverCame if the model calls no tool, which it need not, and CouldNotRun.
        """
        row = self._case.requirements[0]
        for attempt in range(PRECONDITION_TRIES):
            self._case.extra_requests += attempt > 0
            answer, taken = self._written(
                client.first(self._client.target.model_name(model)), row, client, is_last=False
            )
            output = self._output(answer)
            if clients.calls(output):
                break
            self._case.notes.append(f"attempt {attempt + 1}: the model calls no tool")
        else:
            raise NeverCame(f"{model} calls no tool for {client.name} in {PRECONDITION_TRIES} attempts; run again")
        self._written(client.then(taken.body, output), row, client)
        self._put_to_the_test()

    def pack(self, model: str, body: Body, *, headers: Mapping[str, str] | None = None) -> Exchange:
        """A request with many shapes at once."""
        request = Written({"model": self._client.target.model_name(model), **body}, headers or {})
        answer, _ = self._written(request, TOGETHER)
        self._put_to_the_test()
        return answer

    def _put_to_the_test(self) -> None:
        """What a case puts to the test is what it came to send: a model that does not think leaves no reasoning."""
        judged = {result.requirement for _, result in self._case.results}
        self._case.requirements = tuple(name for name in self._case.requirements if name in judged)

    def _written(
        self, request: Written, row: str, client: clients.Client | None = None, *, is_last: bool = True
    ) -> tuple[Exchange, Written]:
        """The answer to a request as it is written, or to what is left of it without what nobody promises, and that.

        The row is judged once the last request of a loop is answered. Raises Ended if it is refused.
        """
        request = replace(request, headers=self._client.sendable(request.headers))
        shapes = shapes_of(request)
        exchange = self._tried(request)
        self._known = [(request, exchange)]
        if self._is_answered(exchange):
            self._taken(shapes)
            if is_last and not self._was_refused:
                self._judged_as(row, None)
            return exchange, request
        told = [shape for shape in shapes if self._contract.level(shape.requirement, self._case.model) is Level.MAY]
        promised = [shape for shape in shapes if shape not in told]
        rest, answer = request, exchange
        if told and promised:
            rest = _without(request, told)
            answer = self._further(rest)
        goes_on = self._is_answered(answer)
        if goes_on:
            self._taken(promised)
        elif not self._is_answered(answer := self._further(plainly(request))):
            said = message(View(answer, self._contract))
            raise CouldNotRun(
                f"nothing of this kind is answered here: the same request, plainly written, ended so too ({said})"
            )
        refused = [] if goes_on else self._refused(request, promised)
        is_explained = goes_on or not promised or bool(refused)
        # What nobody promises is looked at in a request that holds nothing else.
        refused += self._refused(request, told)
        if not (is_explained and refused):
            self._judged_as(row, self._finding(exchange, "200, as each part of the request is taken alone"))
        if refused:
            self._does_not_work(row, refused, client)
        rest = rest if goes_on else _without(request, refused)
        if not self._is_answered(answer := self._further(rest)):
            self._put_to_the_test()
            raise Ended("the request is refused as it is written")
        return answer, rest

    def _refused(self, request: Written, shapes: Sequence[Shape]) -> list[Shape]:
        """Which of the shapes are refused where the request has no other one."""
        refused = []
        for shape in shapes:
            alone = plainly(request, but=[shape])
            if not shape.is_in(alone):
                continue
            exchange = self._further(alone)
            if self._is_answered(exchange):
                self._taken([shape])
            else:
                refused.append(shape)
                self._case.notes.append(f"{shape.name}: {message(View(exchange, self._contract))}")
                found = self._finding(exchange, "200, as the same request without this is answered")
                if self._contract.level(shape.requirement, self._case.model) is Level.MAY:
                    found = replace(found, received=f"refused with {exchange.status}")
                self._judged_as(shape.requirement, found)
        return refused

    def _does_not_work(self, row: str, refused: Sequence[Shape], client: clients.Client | None) -> None:
        """Tells why a client does not work here. That is a finding of the parts; the whole is at most observed."""
        because = ", ".join(shape.requirement for shape in refused)
        advice = (client and client.advice) or "; ".join(filter(None, (shape.advice for shape in refused)))
        name = client.name if client else "the request as a whole"
        self._case.notes.append(f"{name} is refused for {because}" + (f"; what helps: {advice}" if advice else ""))
        promised = [
            shape for shape in refused if self._contract.level(shape.requirement, self._case.model) is not Level.MAY
        ]
        self._was_refused = True
        if client is not None and not promised:
            self._judged_as(row, Finding("status", "200", "refused for a part of it"))

    def _taken(self, shapes: Sequence[Shape]) -> None:
        for shape in shapes:
            self._judged_as(shape.requirement, None)

    def _judged_as(self, requirement: str, finding: Finding | None) -> None:
        """Remembers a result of what the case puts to the test, which is what it comes to send."""
        level = self._contract.level(requirement, self._case.model) if requirement else None
        if level is not None and (finding or requirement in self._case.requirements):
            self._case.results.append((len(self._case.exchanges), Result(requirement, level, finding)))

    def _finding(self, exchange: Exchange, expected: str) -> Finding:
        found = outcome_finding(View(exchange, self._contract), Stated(Outcome.ANSWERED, ()))
        return Finding("status", expected, found.received if found else str(exchange.status))

    def _tried(self, request: Written) -> Exchange:
        """What becomes of a request. Raises CouldNotRun."""
        stated = Stated(Outcome.ANSWERED, ())
        made = self._asked(
            lambda: encoded(self._twins.forms.shaped(request.body, self._case)), stated, headers=request.headers
        )
        exchange = self._judge(self._case.model, made, stated)
        self._case.results = [one for one in self._case.results if one[1].requirement != TOLD]
        return exchange

    def _further(self, request: Written) -> Exchange:
        """What becomes of a request that is sent to see why another one is refused, unless that is known."""
        for known, exchange in self._known:
            if known == request:
                return exchange
        self._case.extra_requests += 1
        exchange = self._tried(request)
        self._known.append((request, exchange))
        return exchange

    def _is_answered(self, exchange: Exchange) -> bool:
        return outcome_finding(View(exchange, self._contract), Stated(Outcome.ANSWERED, ())) is None


def _without(request: Written, shapes: Sequence[Shape]) -> Written:
    """A request without some shapes."""
    for shape in shapes:
        request = shape.plainly(request)
    return request
