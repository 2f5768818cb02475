"""``--preflight-only``: says what a target has and what is in the way, and tests nothing."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.run import discovered
from conformance.run.discovered import Found
from conformance.run.settings import Settings
from conformance.run.target_options import MissingPrerequisite
from conformance.target import Client, Unreachable
from conformance.target.environment import obstacle
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import printable, show

LIMIT_HEADERS = ("ratelimit", "rate-limit", "retry-after")
"""Parts of the names of headers in which a target tells its limits."""


def examined(settings: Settings, found: Found, answers: list[str]) -> Iterator[tuple[str, bool]]:
    """A line for each thing that was looked at, and whether it is as a run needs it. Raises MissingPrerequisite."""
    target = settings.target
    kind = f"databricks-sdk, {target.login.kind}" if target.login else "--header" if not target.token else ""
    yield f"credential: {kind or target.token_variable}", True
    yield f"route: {target.base_url}", True
    for line in (*found.lines(), *answers):
        yield line, line != found.offered.why_not
    limits: dict[str, str] = {}
    try:
        with Client(target, settings.limits) as client:
            for name in settings.models:
                exchange = discovered.plain(client, settings, name)
                told = {key: value for key, value in exchange.headers.items() if any(p in key for p in LIMIT_HEADERS)}
                limits |= told
                yield f"{name}: {_came_to(exchange)}", exchange.status == 200
    except Unreachable as error:
        raise MissingPrerequisite(settings.secrets.hide(f"{error}; {error.step or 'run again'}")) from error
    yield f"limits: {', '.join(f'{key} {value}' for key, value in limits.items()) or 'no header tells any'}", True
    for option in ("--mcp-server", "--image-url"):
        if option not in settings.given:
            yield f"not given: {option}, so that some cases are not tried", True


def _came_to(exchange: Exchange) -> str:
    """What a model answered, in words; what no row of the table fits is quoted."""
    if (row := obstacle(exchange)) is not None:
        return row.sentence
    if exchange.status == 200:
        return "answers"
    return f"{exchange.status} {show(exchange.json, 200)}"


def told(settings: Settings, lines: Iterator[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """The lines as a terminal may show them."""
    for line, good in lines:
        yield f"{'ok  ' if good else 'MISS'} {settings.secrets.hide(printable(line))}", good
