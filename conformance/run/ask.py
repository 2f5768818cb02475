"""How a test asks: builds the request, sends it, judges the exchange, and remembers the results in the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from conformance.checks import (
    PAIRS,
    Finding,
    Outcome,
    Result,
    View,
    fits,
    judge_pair,
    message,
    outcome_finding,
)
from conformance.contract import Level
from conformance.run.bodies import encoded
from conformance.run.judged import About, Judged
from conformance.run.stated import never_came
from conformance.run.turns import continued, holds
from conformance.target import DEFAULT_CREDENTIAL
from conformance.verdict import CouldNotRun, Ended, NeverCame
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at_list

RETRY_FACTOR: Final = 4
"""By how much the cap of a request grows for its one retry, when the answer did not fit."""

PRECONDITION_TRIES: Final = 3
"""How often a case asks until the model does what the case needs before it can judge anything."""

JSON: Final = "application/json"
RESPONSES: Final = "/responses"


class Ask(Judged):
    """Sends the requests of one case. Calling it states that the request has to be answered.

    ``about`` names the requirements that a request puts to the test, where a case sends several; without it they are
    those of the case.
    """

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
        ``max_output_tokens``, ``reasoning`` and ``stream`` default to what the contract holds for the model, and the
        first is never less; ``stream`` None leaves it out. Raises Ended if it is not answered, CouldNotRun and
        SuiteError.
        """
        body = self._right(self._answerable(model, self._body(model, input, settings)), given_back)
        stated = self._stated(Outcome.ANSWERED, about)
        exchange = self._judged(model, body, stated, credential)
        if self._ran_out(exchange):
            self._case.extra_requests += 1
            self._case.notes.append(f"max_output_tokens {body['max_output_tokens']} was too little; asked again")
            more = self._room.capped(body["max_output_tokens"] * RETRY_FACTOR)
            second = self._sent(encoded(body | {"max_output_tokens": more}), credential=credential)
            if 400 <= second.status < 500:
                self._case.add(second, [])
                said = message(View(second, self._contract))
                raise CouldNotRun(
                    f"{model} does not finish a short answer within {body['max_output_tokens']} tokens and does not "
                    f"take {more} ({second.status}: {said}): say with --max-output-tokens-cap how many it takes"
                )
            exchange = self._judge(model, second, stated, credential)
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

    def verbatim(self, model: str, input: Any, *, credential: str = DEFAULT_CREDENTIAL, **settings: Any) -> Exchange:  # noqa: A002
        """Asks as the page does, with these settings and no others, which has to be answered, be it in part."""
        body = self._right({"model": self._client.target.model_name(model), "input": input, **settings})
        return self._judged(model, body, self._stated(Outcome.ANSWERED), credential)

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
        of the case. Raises NeverCame if it never does and nobody promised, and Ended if there is no answer.
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
        raise NeverCame(f"{model} gave no answer with {wanted} in {PRECONDITION_TRIES} attempts; run again")

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

    def id_of(self, answer: Exchange) -> str:
        """The id of a response, as JSON or at the end of a stream. Raises Ended where there is none."""
        found = View(answer, self._contract).response.get("id")
        if not isinstance(found, str):
            raise Ended("the answer has no id")
        return found

    def _output(self, exchange: Exchange) -> list[Any]:
        """The output items of an answer. Raises Ended if there are none."""
        output = at_list(View(exchange, self._contract).response, "output")
        if not output:
            raise Ended("there is no answer to go on from")
        return list(output)

    def incomplete(self, model: str, input: Any, **settings: Any) -> Exchange:  # noqa: A002
        """Asks for more than fits into ``max_output_tokens``: status incomplete, with that reason."""
        body = self._right(self._body(model, input, settings))
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
                    nothing = f"the answers leave nothing to compare for {requirement}"
                    raise Ended(nothing) if self._case.findings(*Level) else CouldNotRun(nothing)
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

    def either(self, model: str, input: Any, **settings: Any) -> Exchange:  # noqa: A002
        """Asks for something that may be answered or refused; what happens is told."""
        return self._judged(model, self._body(model, input, settings), self._stated(Outcome.EITHER))
