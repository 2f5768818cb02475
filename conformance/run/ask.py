"""How a test asks: builds the request, sends it, judges the exchange, and remembers the results in the case."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from conformance.checks import PAIRS, Outcome, Stated, View, fits, judge, judge_pair, message, outcome_finding, unknown
from conformance.contract import Contract
from conformance.run.turns import continued, holds
from conformance.target import DEFAULT_CREDENTIAL, Client, Unreachable
from conformance.target.environment import obstacle
from conformance.verdict import Case, CouldNotRun, Ended, SuiteError
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at, at_list
from conformance.wire.schema import violations

RETRY_FACTOR: Final = 4
"""By how much the cap of a request grows for its one retry, when the answer did not fit."""

PRECONDITION_TRIES: Final = 3
"""How often a case asks until the model does what the case needs before it can judge anything."""

DEFAULT_CAP: Final = 1024
"""max_output_tokens for a model that the contract does not know."""

JSON: Final = "application/json"
RESPONSES: Final = "/responses"

ENCRYPTED: Final = "reasoning.encrypted_content"

PLAIN_INPUT: Final = "Answer with one word: ready?"


About = Sequence[str] | None


class Ask:
    """Sends the requests of one case. Calling it states that the request has to be answered.

    ``about`` names the requirements that a request puts to the test, where a case sends several; without it they are
    those of the case.

    ``twins`` remembers, for the run, whether a model answers a plain request, which decides whose fault a 5xx is.
    """

    def __init__(
        self,
        client: Client,
        contract: Contract,
        case: Case,
        twins: dict[str, bool],
        transmit: Callable[[Callable[[], Exchange]], Exchange],
    ) -> None:
        self._client = client
        self._contract = contract
        self._case = case
        self._twins = twins
        self._transmit = transmit

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
        body = self._right(self._answerable(model, input, settings), given_back)
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
        **settings: Any,
    ) -> Exchange:
        """Asks, at most three times, until the output holds these items in this order, others aside.

        An item is given by the members that it has to have. Raises CouldNotRun if it never comes to that, and Ended if
        there is no answer.
        """
        wanted = " and ".join(str(item["type"]) for item in items)
        for attempt in range(PRECONDITION_TRIES):
            self._case.extra_requests += attempt > 0
            exchange = self(model, input, about=about, **settings)
            if holds(self._output(exchange), items):
                return exchange
            self._case.notes.append(f"attempt {attempt + 1}: the answer does not hold {wanted}")
        raise CouldNotRun(f"{model} gave no answer with {wanted} in {PRECONDITION_TRIES} attempts; run again")

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
        """Asks for something that has to be refused: with this status or one of these, or with any from 400 to 499."""
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
        """Sends what is no right request, as it stands, which has to be refused.

        The word MODEL in ``content`` stands for the name of the model. ``path`` is relative to the base URL.
        """
        named = content.replace("MODEL", self._client.target.model_name(model)).encode("utf-8", "surrogatepass")
        exchange = self._deliver(named, content_type=content_type, method=method, path=path)
        return self._judge(model, exchange, self._stated(Outcome.REFUSED, about, status))

    def either(self, model: str, input: Any, **settings: Any) -> Exchange:  # noqa: A002
        """Asks for something that may be answered or refused; what happens is told."""
        return self._judged(model, self._body(model, input, settings), self._stated(Outcome.EITHER))

    @staticmethod
    def _right(body: dict[str, Any], given_back: Sequence[Any] = ()) -> dict[str, Any]:
        """A request that is right by its schema. Raises SuiteError for one that is not.

        Items that are ``given_back`` as they came are the target's, and not looked at.
        """
        known = {id(item) for item in given_back}
        own = body | {"input": [item for item in body["input"] if id(item) not in known]} if known else body
        for violation in violations("request", own):
            raise SuiteError(f"the request is not right at {violation.text}")
        return body

    def _answerable(self, model: str, input: Any, settings: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
        """A request that the model can answer: with the room that it needs, and as a stream where that takes long."""
        known, body = self._contract.model(model), self._body(model, input, settings)
        if known and known.max_output_tokens:
            body["max_output_tokens"] = max(body["max_output_tokens"], known.max_output_tokens)
        if known and known.streamed:
            body = {"stream": True, **body}
        return {name: value for name, value in body.items() if (name, value) != ("stream", None)}

    def _body(self, model: str, input: Any, settings: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
        known = self._contract.model(model)
        body: dict[str, Any] = {
            "model": self._client.target.model_name(model),
            "input": input,
            "max_output_tokens": (known and known.max_output_tokens) or DEFAULT_CAP,
        }
        tools = [str(tool.get("type")) for tool in settings.get("tools", ()) if isinstance(tool, dict)]
        if known and (effort := known.effort_beside(tools)):
            body["reasoning"] = {"effort": effort}
        if self._case.expected_requests > 1:
            # Nothing is stored: reasoning that is to be sent back has to come with its content.
            body["include"] = [ENCRYPTED]
        return {**body, **settings}

    def _stated(self, outcome: Outcome, about: About = None, statuses: tuple[int, ...] = ()) -> Stated:
        return Stated(outcome, self._case.requirements if about is None else tuple(about), statuses)

    def _judged(
        self, model: str, body: dict[str, Any], stated: Stated, credential: str = DEFAULT_CREDENTIAL
    ) -> Exchange:
        exchange = self._send(body, credential)
        is_good = credential == DEFAULT_CREDENTIAL or stated.outcome is Outcome.ANSWERED
        if exchange.status == 403 and is_good and not self._is_expected(exchange, stated):
            # Good tokens were seen to be refused now and then.
            self._case.extra_requests += 1
            self._case.add(exchange, [])
            exchange = self._send(body, credential)
        return self._judge(model, exchange, stated, credential)

    @staticmethod
    def _is_expected(exchange: Exchange, stated: Stated) -> bool:
        """True where the request may be refused, and is with a status that a refusal has."""
        may_be_refused = stated.outcome in (Outcome.REFUSED, Outcome.EITHER)
        return may_be_refused and exchange.status in (stated.statuses or (400,))

    def _judge(self, model: str, exchange: Exchange, stated: Stated, credential: str = DEFAULT_CREDENTIAL) -> Exchange:
        expected = self._is_expected(exchange, stated)
        # The credential itself is good: the run began with a request that carried it in its usual form.
        expected = expected or (credential != DEFAULT_CREDENTIAL and exchange.status in (401, 403))
        # Under another name than that of the case a model may be missing.
        expected = expected or (model != self._case.model and exchange.status == 404)
        if not expected and (found := obstacle(exchange)):
            self._case.add(exchange, [])
            raise CouldNotRun(found.sentence)
        if exchange.broken and not exchange.is_stream:
            self._case.add(exchange, [])
            raise CouldNotRun(f"the answer ended before its end ({exchange.broken}); run again, or look at the network")
        results = judge(exchange, self._contract, model=model, stated=stated)
        self._case.unknown.update(unknown(exchange, self._contract))
        if exchange.status >= 500 and not self._plain_is_answered():
            self._case.add(exchange, [])
            said = message(View(exchange, self._contract))
            raise CouldNotRun(
                f"{self._case.model} does not answer a plain request either ({exchange.status}: {said}): "
                "the trouble is upstream; try again later, or leave the model out with --models"
            )
        self._case.add(exchange, results)
        return exchange

    def _send(self, body: dict[str, Any], credential: str = DEFAULT_CREDENTIAL) -> Exchange:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        return self._deliver(content, credential=credential)

    def _deliver(
        self,
        content: bytes,
        *,
        credential: str = DEFAULT_CREDENTIAL,
        content_type: str | None = JSON,
        method: str = "POST",
        path: str = RESPONSES,
    ) -> Exchange:
        before, self._client.last_case = self._client.last_case, self._case.node
        send = functools.partial(
            self._client.send, content, credential=credential, content_type=content_type, method=method, path=path
        )
        try:
            return self._transmit(send)
        except Unreachable as error:
            died = f"; the request before was of {before}" if before not in ("", self._case.node) else ""
            step = error.step or "check that the target still runs, then run again"
            raise CouldNotRun(f"{error}{died}; {step}") from error

    def _plain_is_answered(self) -> bool:
        """True if the plain twin of a request is answered: the model of the case, a short text, nothing else."""
        model = self._case.model
        if model not in self._twins:
            twin = self._body(model, PLAIN_INPUT, {})
            self._case.extra_requests += 1
            exchange = self._send(twin)
            self._case.add(exchange, [])
            self._twins[model] = exchange.status == 200
        return self._twins[model]

    def _ran_out(self, exchange: Exchange) -> bool:
        reason = at(View(exchange, self._contract).response, "incomplete_details", "reason")
        return bool(reason == "max_output_tokens")
