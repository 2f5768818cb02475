"""How a test asks: builds the request, sends it, judges the exchange, and remembers the results in the case."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.checks import PAIRS, Outcome, Stated, View, fits, judge, judge_pair, message
from conformance.contract import Contract
from conformance.environment import obstacle
from conformance.exchange import Exchange
from conformance.schema import violations
from conformance.target import Client, Unreachable
from conformance.values import at
from conformance.verdict import Case, CouldNotRun, SuiteError

RETRY_FACTOR: Final = 4
"""By how much the cap of a request grows for its one retry, when the answer did not fit."""

PRECONDITION_TRIES: Final = 3
"""How often a case asks until the model does what the case needs before it can judge anything."""

DEFAULT_CAP: Final = 1024
"""max_output_tokens for a model that the contract does not know."""

PLAIN_INPUT: Final = "Answer with one word: ready?"


class Ask:
    """Sends the requests of one case. Calling it states that the request has to be answered.

    ``twins`` remembers, for the run, whether a model answers a plain request, which decides whose fault a 5xx is.
    """

    def __init__(
        self,
        client: Client,
        contract: Contract,
        case: Case,
        twins: dict[str, bool],
        guard: Callable[[Callable[[], Exchange]], Exchange],
    ) -> None:
        self._client = client
        self._contract = contract
        self._case = case
        self._twins = twins
        self._guard = guard

    def __call__(self, model: str, input: Any, **settings: Any) -> Exchange:  # noqa: A002  (the API's own word)
        """Asks for a response that has to be given: status 200 with a response object.

        ``settings`` are further parameters of the request; ``max_output_tokens`` and ``reasoning`` default to what the
        contract holds for the model. Raises CouldNotRun and SuiteError.
        """
        body = self._right(model, input, settings)
        exchange = self._judged(model, body, Outcome.ANSWERED)
        if self._ran_out(exchange) and "max_output_tokens" not in settings:
            self._case.extra_requests += 1
            self._case.notes.append(f"max_output_tokens {body['max_output_tokens']} was too little; asked again")
            exchange = self._judged(
                model, body | {"max_output_tokens": body["max_output_tokens"] * RETRY_FACTOR}, Outcome.ANSWERED
            )
            if self._ran_out(exchange):
                raise CouldNotRun(
                    f"{model} does not finish a short answer within {body['max_output_tokens'] * RETRY_FACTOR} tokens: "
                    "raise its max_output_tokens in conformance/contract/models.toml"
                )
        return exchange

    def incomplete(self, model: str, input: Any, **settings: Any) -> Exchange:  # noqa: A002
        """Asks for more than fits into ``max_output_tokens``: status incomplete, with that reason."""
        body = self._right(model, input, settings)
        for attempt in range(PRECONDITION_TRIES):
            exchange = self._judged(model, body, Outcome.INCOMPLETE)
            if not fits(View(exchange, self._contract)):
                return exchange
            self._case.notes.append(f"attempt {attempt + 1}: the answer was shorter than the limit")
            self._case.extra_requests += attempt > 0
        raise CouldNotRun(f"{model} answers a request for a long text in fewer than {body['max_output_tokens']} tokens")

    def compare(self, earlier: Exchange, later: Exchange) -> None:
        """Judges two exchanges together, by the comparisons of the requirements that the case puts to the test."""
        for requirement in self._case.requirements:
            if requirement in PAIRS:
                results = judge_pair(earlier, later, requirement, self._contract, model=self._case.model)
                self._case.results += [(len(self._case.exchanges), result) for result in results]

    def refused(self, model: str, input: Any, *, status: int | None = None, **settings: Any) -> Exchange:  # noqa: A002
        """Asks for something that has to be refused: with this status, or with any from 400 to 499."""
        return self._judged(model, self._body(model, input, settings), Outcome.REFUSED, status)

    def either(self, model: str, input: Any, **settings: Any) -> Exchange:  # noqa: A002
        """Asks for something that may be answered or refused; what happens is told."""
        return self._judged(model, self._body(model, input, settings), Outcome.EITHER)

    def _right(self, model: str, input: Any, settings: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
        """A request that is right by its schema. Raises SuiteError for one that is not."""
        body = self._body(model, input, settings)
        for violation in violations("request", body):
            where = violation.pointer or "the top level"
            raise SuiteError(
                f"the request is not right at {where}: expected {violation.expected}, received {violation.received}"
            )
        return body

    def _body(self, model: str, input: Any, settings: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
        known = self._contract.models.get(model)
        body: dict[str, Any] = {
            "model": self._client.target.model_name(model),
            "input": input,
            "max_output_tokens": (known and known.max_output_tokens) or DEFAULT_CAP,
        }
        if known and known.lowest_effort:
            body["reasoning"] = {"effort": known.lowest_effort}
        return {**body, **settings}

    def _judged(self, model: str, body: dict[str, Any], outcome: Outcome, status: int | None = None) -> Exchange:
        exchange = self._send(body)
        stated = Stated(outcome, self._case.requirements, status)
        may_be_refused = outcome in (Outcome.REFUSED, Outcome.EITHER)
        refused_as_stated = may_be_refused and exchange.status == (status or 400)
        if not refused_as_stated and (found := obstacle(exchange)):
            self._case.add(exchange, [])
            raise CouldNotRun(found.sentence)
        if exchange.broken and not exchange.is_stream:
            self._case.add(exchange, [])
            raise CouldNotRun(f"the answer ended before its end ({exchange.broken}); run again, or look at the network")
        results = judge(exchange, self._contract, model=model, stated=stated)
        if exchange.status >= 500 and not self._plain_is_answered(model):
            self._case.add(exchange, [])
            said = message(View(exchange, self._contract))
            raise CouldNotRun(
                f"{model} does not answer a plain request either ({exchange.status}: {said}): "
                "the trouble is upstream; try again later, or leave the model out with --models"
            )
        self._case.add(exchange, results)
        return exchange

    def _send(self, body: dict[str, Any]) -> Exchange:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        try:
            return self._guard(lambda: self._client.send(content))
        except Unreachable as error:
            raise CouldNotRun(f"{error}; check that the target still runs, then run again") from error

    def _plain_is_answered(self, model: str) -> bool:
        """True if the plain twin of a request is answered: the same model, a short text, nothing else."""
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
