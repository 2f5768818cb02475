"""What becomes of one request of a case: it is made, sent, judged beside its twin, and remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from conformance.checks import (
    Finding,
    Memory,
    Outcome,
    Result,
    Stated,
    View,
    judge,
    judge_links,
    message,
    outcome_finding,
    unknown,
)
from conformance.contract import Contract, Level
from conformance.run import forms
from conformance.run.bodies import ANY_ROOM, Room, answerable, check_right, encoded, plain_body
from conformance.run.line import Line
from conformance.run.stated import expected_statuses, softened
from conformance.run.transmit import sent
from conformance.run.twins import Twins, shape_beside
from conformance.samples import twins
from conformance.target import DEFAULT_CREDENTIAL, Client, Unreachable
from conformance.target.environment import obstacle
from conformance.target.lacking import lacked
from conformance.target.obstacles import Obstacle
from conformance.verdict import Case, CouldNotRun, Ended, NotApplicable, SuiteError
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at

PLAIN: Final = "plain"
"""The twin of a request that is right itself, but was answered with a 5xx."""

CLOCKED: Final = "streams.incremental"
"""What is judged by a clock. A busy machine, or a network that stalls, can be what it finds."""

ENCRYPTED: Final = "reasoning.encrypted_content"


About = Sequence[str] | None


class Judged:
    """Sends single requests of one case and judges them.

    ``twins`` remembers, for the run, which right requests were answered: a refusal, and a 5xx, say something of the
    endpoint only beside one that was.
    """

    def __init__(
        self,
        client: Client,
        contract: Contract,
        case: Case,
        twins: Twins,
        line: Line,
        room: Room = ANY_ROOM,
    ) -> None:
        self._room = room
        self._client = client
        self._contract = contract
        self._case = case
        self._twins = twins
        self._line = line
        self._memory = Memory()

    def _named(self, model: str, content: str) -> bytes:
        """The bytes of a content in which MODEL stands for the name of the model."""
        shaped = self._twins.forms.raw(content, self._case)
        return shaped.replace("MODEL", self._client.target.model_name(model)).encode("utf-8", "surrogatepass")

    @staticmethod
    def _right(body: dict[str, Any], given_back: Sequence[Any] = ()) -> dict[str, Any]:
        """A request that is right by its schema. Raises SuiteError for one that is not."""
        check_right(body, given_back)
        return body

    def _answerable(self, model: str, body: dict[str, Any]) -> dict[str, Any]:
        return answerable(body, self._contract.model(model), self._room)

    def _body(self, model: str, input: Any, settings: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
        # Nothing is stored: reasoning that is to be sent back has to come with its content.
        goes_on = self._case.expected_requests > 1 and self._room.reasons
        included = {"include": [ENCRYPTED]} if goes_on else {}
        return self._plain(model, input, {**included, **settings})

    def _plain(self, model: str, input: Any, settings: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
        name = self._client.target.model_name(model)
        return plain_body(name, self._contract.model(model), input, settings, self._room)

    def _stated(self, outcome: Outcome, about: About = None, statuses: tuple[int, ...] = ()) -> Stated:
        return Stated(outcome, self._case.requirements if about is None else tuple(about), statuses)

    def _judged(
        self, model: str, body: dict[str, Any], stated: Stated, credential: str = DEFAULT_CREDENTIAL
    ) -> Exchange:
        # Of a credential in another form a 403 is an answer; good tokens were seen to be refused now and then.
        is_good = credential == DEFAULT_CREDENTIAL or stated.outcome is Outcome.ANSWERED
        other = () if is_good else (401, 403)
        exchange = self._asked(
            lambda: encoded(self._twins.forms.shaped(body, self._case)), stated, other, credential=credential
        )
        if credential == DEFAULT_CREDENTIAL:
            self._twins.remember(exchange.request.content or b"", exchange)
        return self._judge(model, exchange, stated, credential)

    def _asked(self, made: Callable[[], bytes], stated: Stated, other: tuple[int, ...] = (), **how: Any) -> Exchange:
        """What came back, in the form of input that the target takes. Raises Ended where nothing does."""
        expected = (*expected_statuses(stated), *other)
        try:
            exchange = self._sent(made(), expected, **how)
            if self._has_wrong_form(exchange, stated):
                exchange = self._sent(made(), expected, **how)
                # What cannot be said in another form says so now that the form is known.
                self._has_wrong_form(exchange, stated)
            return exchange
        except CouldNotRun:
            if not (stated.requirements and self._case.unreachable and self._still_answers()):
                raise
        self._case.still_answers = True
        self._found_no_answer(stated)
        raise Ended("there is no answer")

    def _found_no_answer(self, stated: Stated) -> None:
        """Remembers that a request gets no answer, twice, where a plain one does."""
        finding = Finding("", "an answer", "none, twice, while a plain request is answered")
        for name in stated.requirements:
            if (level := self._contract.level(name, self._case.model)) is not None:
                self._case.results.append((0, Result(name, level, finding)))

    def _has_wrong_form(self, exchange: Exchange, stated: Stated) -> bool:
        """True if a request was refused for the form of its input, which is not sent to this target any more.

        Raises CouldNotRun where it cannot be said in another form.
        """
        body, known = exchange.request.json, self._twins.forms
        form = forms.form_of(body)
        if known.explains(exchange.status, form, stated.outcome, self._case):
            self._case.add(exchange, [])
            raise CouldNotRun(f"the target takes no {form} as an input, which this case needs")
        is_told = self._twins.replayed or (stated.requirements and self._is_observed(stated))
        if not known.leaves_open(form, exchange.status) or form is None or is_told:
            return False
        if stated.outcome in (Outcome.REFUSED, Outcome.EITHER):
            shape = shape_beside(exchange, self._case)
            if shape is None or self._of_twin(shape) is None:
                return False
        known.learn(form, lambda shape: self._of_twin(shape) is None)
        if known.only is not None:
            # A recording keeps it in the other form, by which its replay knows the form.
            self._of_twin(forms.SHAPES[form])
        if known.only is None or forms.PROMISED[form] in self._case.requirements:
            return False
        self._case.extra_requests += 1
        self._case.add(exchange, [])
        return True

    def _sent(self, content: bytes, expected: tuple[int, ...] = (), **how: Any) -> Exchange:
        """What came back in the end. What may have been a passing fault is judged as an error, and no more."""
        answer = self._line.send(content, expected=expected, **how)
        for exchange in answer.unsteady:
            self._case.extra_requests += 1
            results = judge(exchange, self._contract, model=self._case.model)
            self._case.add(
                exchange, [softened(result) for result in results if result.requirement.startswith("errors.")]
            )
        return answer.exchange

    def _judge(self, model: str, exchange: Exchange, stated: Stated, credential: str = DEFAULT_CREDENTIAL) -> Exchange:
        expected = exchange.status in expected_statuses(stated)
        # The credential itself is good: the run began with a request that carried it in its usual form.
        expected = expected or (credential != DEFAULT_CREDENTIAL and exchange.status in (401, 403))
        # Under another name than that of the case a model may be missing.
        expected = expected or (model != self._case.model and exchange.status == 404)
        if not expected and (found := obstacle(exchange)) and not self._is_of_this_request(exchange, found):
            self._case.add(exchange, [])
            raise CouldNotRun(found.sentence)
        if exchange.broken and not exchange.is_stream:
            self._case.add(exchange, [])
            raise CouldNotRun(f"the answer ended before its end ({exchange.broken}); run again, or look at the network")
        if stated.outcome is not Outcome.REFUSED:
            self._check_lack(exchange)
        results = self._seen_twice(exchange, judge(exchange, self._contract, model=model, stated=stated))
        name = f"request {len(self._case.exchanges) + 1} of this case"
        results += judge_links(exchange, self._contract, self._memory, name=name, model=model)
        if stated.outcome is Outcome.REFUSED:
            # What every right exchange has to keep is promised of a wrong one by nobody.
            results = [each if each.requirement in stated.requirements else softened(each) for each in results]
        self._case.unknown.update(unknown(exchange, self._contract))
        if (
            exchange.status >= 500
            and (instead := self._of_twin(shape_beside(exchange, self._case) or PLAIN)) is not None
        ):
            self._case.add(exchange, [])
            said = message(View(exchange, self._contract))
            raise CouldNotRun(
                f"{self._case.model} does not answer the right request beside this one either "
                f"({exchange.status}: {said}; then {instead}): "
                "the trouble is upstream; try again later, or leave the model out with --models"
            )
        may_be_refused = stated.outcome is Outcome.REFUSED or (stated.outcome is Outcome.EITHER and self._case.twins)
        if may_be_refused and 400 <= exchange.status < 500:
            self._check_twin(exchange, stated)
        self._case.add(exchange, results)
        return exchange

    def _seen_twice(self, exchange: Exchange, results: list[Result]) -> list[Result]:
        """The results without what a clock found, unless the case is about that and the same request shows it again."""
        if not any(result.requirement == CLOCKED and result.finding for result in results):
            return results
        others = [result for result in results if result.requirement != CLOCKED]
        if CLOCKED not in self._case.requirements:
            return others
        self._case.extra_requests += 1
        again = self._line.send(exchange.request.content or b"").exchange
        self._case.add(again, [])
        second = [one for one in judge(again, self._contract, model=self._case.model) if one.requirement == CLOCKED]
        if any(result.finding for result in second):
            return results
        self._case.notes.append("a stream came in one burst; asked again, it did not")
        return others + second

    def _is_of_this_request(self, exchange: Exchange, found: Obstacle) -> bool:
        """True where the credential is refused to a request, while a plain one is still answered."""
        is_refused = found.status in (401, 403) and found.whole_run
        is_plain = exchange.request.content == self._twin_content(PLAIN)
        return is_refused and not is_plain and self._still_answers()

    def _is_observed(self, stated: Stated) -> bool:
        """True if what becomes of a request is merely told."""
        return all(self._contract.level(name, self._case.model) is Level.MAY for name in stated.requirements)

    def _check_twin(self, exchange: Exchange, stated: Stated) -> None:
        """Raises CouldNotRun for a refusal, with whatever status, whose twin is refused too: it says nothing.

        What is merely observed says so whatever the twin is.
        """
        if self._is_observed(stated):
            return
        if (shape := shape_beside(exchange, self._case)) is None:
            raise SuiteError("a request that has to be refused needs the mark twin")
        if (instead := self._of_twin(shape)) is not None:
            self._check_lack(self._twin(shape))
            self._case.add(exchange, [])
            raise CouldNotRun(
                f"nothing of this kind is answered here: the right request beside this one ended so too ({instead})"
            )

    def _check_lack(self, exchange: Exchange) -> None:
        """Raises NotApplicable where a model says that it lacks what the request uses.

        It has to say so of a right request that uses nothing else, too, while it answers one that does not. Where the
        contract documents models it is a finding, of the one requirement that promises this, and of no other.
        """
        feature = lacked(exchange)
        if feature is None or (self._contract.models and feature.shown_by in self._case.requirements):
            return
        alone = exchange if feature.shape is None else self._twin(feature.shape)
        if lacked(alone) is not feature or self._of_twin(PLAIN) is not None:
            return
        self._case.add(exchange, [])
        said = message(View(alone, self._contract))
        raise NotApplicable(f"{self._case.model} {feature.takes_no}, as it says itself: {said}")

    def twin(self, shape: str) -> Exchange:
        """The answer of a twin. Raises CouldNotRun where it was not answered."""
        if (instead := self._of_twin(shape)) is not None:
            raise CouldNotRun(
                f"nothing of this kind is answered here: the request that this case compares with ended so ({instead})"
            )
        return self._twin(shape)

    def _of_twin(self, shape: str) -> str | None:
        """What came in place of an answer to a twin, None where it was answered."""
        finding = outcome_finding(View(self._twin(shape), self._contract), Stated(Outcome.ANSWERED, ()))
        return None if finding is None else finding.received

    def _twin(self, shape: str) -> Exchange:
        """What came back for a twin."""
        content = self._twin_content(shape)
        exchange, was_sent = self._twins.answer(
            shape, self._case.model, content, lambda: self._line.send(content, transmit=sent).exchange
        )
        if was_sent:
            self._case.extra_requests += 1
            self._case.beside.append(exchange)
            self._case.add(exchange, [])
        return exchange

    def twins_first(self) -> None:
        """Asks the twins of the case before all else, where none of them must come between two requests."""
        for shape in self._case.twins:
            self._of_twin(shape)

    def _still_answers(self) -> bool:
        """True if the target still answers a plain request, asked once more."""
        if self._twins.replayed:
            return False
        try:
            return self._client.send(self._twin_content(PLAIN), fresh=True).status == 200
        except Unreachable:
            return False

    def _twin_content(self, shape: str) -> bytes:
        """The bytes of a twin's request."""
        if shape in twins.RAW:
            return self._named(self._case.model, twins.RAW[shape])
        model, settings = self._case.model, twins.TWINS[shape]
        body = self._answerable(model, self._plain(model, settings["input"], settings))
        return encoded(self._twins.forms.shaped(body, self._case))

    def _ran_out(self, exchange: Exchange) -> bool:
        reason = at(View(exchange, self._contract).response, "incomplete_details", "reason")
        return bool(reason == "max_output_tokens")
