"""How a test asks: builds the request, sends it, judges the exchange, and remembers the results in the case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from conformance.checks import (
    PAIRS,
    Finding,
    Outcome,
    Result,
    Stated,
    View,
    fits,
    judge,
    judge_pair,
    message,
    outcome_finding,
    unknown,
)
from conformance.contract import Contract, Level
from conformance.run import forms
from conformance.run.bodies import check_right, encoded
from conformance.run.line import Line
from conformance.run.stated import expected_statuses, never_came, softened
from conformance.run.transmit import sent
from conformance.run.turns import continued, holds
from conformance.run.twins import Twins, shape_beside
from conformance.samples import twins
from conformance.target import DEFAULT_CREDENTIAL, Client
from conformance.target.environment import obstacle
from conformance.verdict import Case, CouldNotRun, Ended, SuiteError
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at, at_list

RETRY_FACTOR: Final = 4
"""By how much the cap of a request grows for its one retry, when the answer did not fit."""

PRECONDITION_TRIES: Final = 3
"""How often a case asks until the model does what the case needs before it can judge anything."""

DEFAULT_CAP: Final = 1024
"""max_output_tokens for a model that the contract does not know."""

JSON: Final = "application/json"
RESPONSES: Final = "/responses"

PLAIN: Final = "plain"
"""The twin of a request that is right itself, but was answered with a 5xx."""

ENCRYPTED: Final = "reasoning.encrypted_content"


About = Sequence[str] | None


class Ask:
    """Sends the requests of one case. Calling it states that the request has to be answered.

    ``about`` names the requirements that a request puts to the test, where a case sends several; without it they are
    those of the case.

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
    ) -> None:
        self._client = client
        self._contract = contract
        self._case = case
        self._twins = twins
        self._line = line

    def __call__(
        self,
        model: str,
        input: Any,  # noqa: A002  (the API's own word)
        *,
        about: About = None,
        credential: str = DEFAULT_CREDENTIAL,
        given_back: Sequence[Any] = (),
        **settings: Any,
    ) -> Exchange:
        """Asks for a response that has to be given: status 200 with a response object.

        ``credential`` is the form in which the token is sent, see `target.credential`. Items of the input that are
        ``given_back`` need not be right: they are the target's. ``settings`` are further parameters of the request;
        ``max_output_tokens`` and ``reasoning`` default to what the contract holds for the model. Raises Ended if it is
        not answered, CouldNotRun and SuiteError.
        """
        body = self._right(model, input, settings, given_back)
        stated = self._stated(Outcome.ANSWERED, about)
        exchange = self._judged(model, body, stated, credential)
        if self._ran_out(exchange):
            self._case.extra_requests += 1
            self._case.notes.append(f"max_output_tokens {body['max_output_tokens']} was too little; asked again")
            more = body["max_output_tokens"] * RETRY_FACTOR
            exchange = self._judged(model, body | {"max_output_tokens": more}, stated, credential)
            if self._ran_out(exchange):
                raise CouldNotRun(
                    f"{model} does not finish a short answer within {more} tokens: "
                    "raise its max_output_tokens in conformance/contract/models.toml"
                )
        if outcome_finding(View(exchange, self._contract), stated) is not None:
            if not stated.requirements:
                said = message(View(exchange, self._contract))
                raise CouldNotRun(f"the request that this case begins with is not answered ({exchange.status}: {said})")
            raise Ended("there is no answer")
        return exchange

    def until(
        self,
        items: Sequence[Mapping[str, Any]],
        model: str,
        input: Any,  # noqa: A002
        *,
        about: About = None,
        promised: str = "",
        **settings: Any,
    ) -> Exchange:
        """Asks, at most three times, until the output holds these items in this order, others aside.

        An item is given by the members that it has to have. That it comes to that may be ``promised`` by a requirement
        of the case. Raises CouldNotRun if it never does and nobody promised, and Ended if there is no answer.
        """
        about = about if about is not None else [name for name in self._case.requirements if name != promised]
        wanted = " and ".join(str(item["type"]) for item in items)
        for attempt in range(PRECONDITION_TRIES):
            self._case.extra_requests += attempt > 0
            exchange = self(model, input, about=about, **settings)
            if holds(output := self._output(exchange), items):
                self._promised(promised, None)
                return exchange
            self._case.notes.append(f"attempt {attempt + 1}: the answer does not hold {wanted}")
        if promised:
            self._promised(promised, never_came(items, output, PRECONDITION_TRIES))
            raise Ended("what was promised never came")
        raise CouldNotRun(f"{model} gave no answer with {wanted} in {PRECONDITION_TRIES} attempts; run again")

    def _promised(self, requirement: str, finding: Finding | None) -> None:
        """Remembers whether a promise was kept that takes several attempts."""
        level = self._contract.level(requirement, self._case.model) if requirement else None
        if level is not None:
            self._case.results.append((len(self._case.exchanges), Result(requirement, level, finding)))

    def then(
        self,
        earlier: Exchange,
        *items: str | Mapping[str, Any],
        leave_out: str | None = None,
        about: About = None,
        **settings: Any,
    ) -> Exchange:
        """Goes on where an answer ended: with what was sent, the output as it came, and further items.

        A text is sent as a message of the user; for the other items see `turns.answering`. Output items of the type
        ``leave_out`` are not sent back. The choice of tools is left to the model. Raises Ended if there is nothing to
        go on from.
        """
        body = dict(earlier.request.json)
        for name in ("model", "max_output_tokens", "tool_choice"):
            body.pop(name, None)
        sent, output = body.pop("input"), self._output(earlier)
        conversation = continued(sent, output, items, leave_out)
        # What the turn before gave back is in what it sent.
        given_back = [*(sent if isinstance(sent, list) else ()), *output]
        return self(self._case.model, conversation, about=about, given_back=given_back, **(body | settings))

    def _output(self, exchange: Exchange) -> list[Any]:
        """The output items of an answer. Raises Ended if there are none."""
        output = at_list(View(exchange, self._contract).response, "output")
        if not output:
            raise Ended("there is no answer to go on from")
        return list(output)

    def incomplete(self, model: str, input: Any, **settings: Any) -> Exchange:  # noqa: A002
        """Asks for more than fits into ``max_output_tokens``: status incomplete, with that reason."""
        body = self._right(model, input, settings)
        for attempt in range(PRECONDITION_TRIES):
            self._case.extra_requests += attempt > 0
            exchange = self._judged(model, body, self._stated(Outcome.INCOMPLETE))
            if not fits(View(exchange, self._contract)):
                return exchange
            self._case.notes.append(f"attempt {attempt + 1}: the answer was shorter than the limit")
        raise CouldNotRun(f"{model} answers a request for a long text in fewer than {body['max_output_tokens']} tokens")

    def compare(self, earlier: Exchange, later: Exchange) -> None:
        """Judges two exchanges together, by the comparisons of the requirements that the case puts to the test."""
        for requirement in self._case.requirements:
            if requirement in PAIRS:
                results = judge_pair(earlier, later, requirement, self._contract, model=self._case.model)
                if not results:
                    raise Ended("there is nothing to compare")
                self._case.results += [(len(self._case.exchanges), result) for result in results]

    def refused(
        self,
        model: str,
        input: Any,  # noqa: A002
        *,
        status: int | tuple[int, ...] = (),
        about: About = None,
        credential: str = DEFAULT_CREDENTIAL,
        **settings: Any,
    ) -> Exchange:
        """Asks for something that has to be refused: with this status or one of these, or with any from 400 to 499.

        It counts as refused only if the twin of the case is answered. Raises CouldNotRun if it is not.
        """
        stated = self._stated(Outcome.REFUSED, about, status if isinstance(status, tuple) else (status,))
        return self._judged(model, self._body(model, input, settings), stated, credential)

    def raw(
        self,
        model: str,
        content: str,
        *,
        status: tuple[int, ...] = (),
        about: About = None,
        content_type: str | None = JSON,
        method: str = "POST",
        path: str = RESPONSES,
    ) -> Exchange:
        """Sends what is no right request, as it stands, which has to be refused, and whose twin has to be answered.

        The word MODEL in ``content`` stands for the name of the model. ``path`` is relative to the base URL.
        """
        stated = self._stated(Outcome.REFUSED, about, status)
        how: dict[str, Any] = {"content_type": content_type, "method": method, "path": path}
        exchange = self._asked(lambda: self._named(model, content), stated, **how)
        return self._judge(model, exchange, stated)

    def _named(self, model: str, content: str) -> bytes:
        """The bytes of a content in which MODEL stands for the name of the model."""
        shaped = self._twins.forms.raw(content, self._case)
        return shaped.replace("MODEL", self._client.target.model_name(model)).encode("utf-8", "surrogatepass")

    def either(self, model: str, input: Any, **settings: Any) -> Exchange:  # noqa: A002
        """Asks for something that may be answered or refused; what happens is told."""
        return self._judged(model, self._body(model, input, settings), self._stated(Outcome.EITHER))

    def _right(
        self,
        model: str,
        input: Any,  # noqa: A002
        settings: Mapping[str, Any],
        given_back: Sequence[Any] = (),
    ) -> dict[str, Any]:
        """A request that is right by its schema. Raises SuiteError for one that is not."""
        body = self._body(model, input, settings)
        check_right(body, given_back)
        return body

    def _body(self, model: str, input: Any, settings: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
        # Nothing is stored: reasoning that is to be sent back has to come with its content.
        included = {"include": [ENCRYPTED]} if self._case.expected_requests > 1 else {}
        return {**self._plain(model, input), **included, **settings}

    def _plain(self, model: str, input: Any) -> dict[str, Any]:  # noqa: A002
        """What each right request of the suite has."""
        known = self._contract.models.get(model)
        effort = {"reasoning": {"effort": known.lowest_effort}} if known and known.lowest_effort else {}
        cap = (known and known.max_output_tokens) or DEFAULT_CAP
        return {"model": self._client.target.model_name(model), "input": input, "max_output_tokens": cap, **effort}

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
        """What came back, in the form of input that the target takes."""
        expected = (*expected_statuses(stated), *other)
        exchange = self._sent(made(), expected, **how)
        return self._sent(made(), expected, **how) if self._has_wrong_form(exchange, stated) else exchange

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
        if not expected and (found := obstacle(exchange)):
            self._case.add(exchange, [])
            raise CouldNotRun(found.sentence)
        if exchange.broken and not exchange.is_stream:
            self._case.add(exchange, [])
            raise CouldNotRun(f"the answer ended before its end ({exchange.broken}); run again, or look at the network")
        results = judge(exchange, self._contract, model=model, stated=stated)
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
            self._case.add(exchange, [])
            raise CouldNotRun(
                f"nothing of this kind is answered here: the right request beside this one ended so too ({instead})"
            )

    def _of_twin(self, shape: str) -> str | None:
        """What came in place of an answer to a twin, None where it was answered."""
        content = self._twin_content(shape)
        exchange, was_sent = self._twins.answer(
            shape, self._case.model, content, lambda: self._line.send(content, transmit=sent).exchange
        )
        if was_sent:
            self._case.extra_requests += 1
            self._case.add(exchange, [])
        finding = outcome_finding(View(exchange, self._contract), Stated(Outcome.ANSWERED, ()))
        return None if finding is None else finding.received

    def _twin_content(self, shape: str) -> bytes:
        """The bytes of a twin's request."""
        if shape in twins.RAW:
            return self._named(self._case.model, twins.RAW[shape])
        body = self._plain(self._case.model, "") | twins.TWINS[shape]
        return encoded(self._twins.forms.shaped(body, self._case))

    def _ran_out(self, exchange: Exchange) -> bool:
        reason = at(View(exchange, self._contract).response, "incomplete_details", "reason")
        return bool(reason == "max_output_tokens")
