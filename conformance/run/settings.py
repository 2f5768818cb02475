"""The options of a run, read once: wrong ones end it with a sentence before anything is collected or sent."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from conformance import layout
from conformance.contract import CONTRACT_NAMES, DATABRICKS, TOOL_TYPES, Contract, ContractError, load
from conformance.recording import SERVICES, Library, Secrets, Service
from conformance.run import report_options, target_options
from conformance.run.bodies import Room
from conformance.run.selection import check_words, expanded, models_of
from conformance.run.taking_up import TakenUp
from conformance.run.values import names_in, one_of
from conformance.target import REPLAY, Limits, Target, TargetError, check_url, is_personal
from conformance.target.discovery import Offered
from conformance.target.lacking import FEATURES
from conformance.verdict import FAIL_ON, Waivers
from conformance.wire.json_values import show

REFERENCE_SET = "reference"

LIMITS: Final = {
    "connect": ("SECONDS", "seconds that a connection may take"),
    "silence": ("SECONDS", "seconds for which a target may say nothing"),
    "seconds": ("SECONDS", "seconds that an answer may take in all"),
    "bytes": ("NUMBER", "bytes that an answer may have, head and all"),
    "events": ("NUMBER", "events that a stream may have"),
}
"""What an answer may cost, by the names of `Limits`: kind of the value, and what it bounds."""

CAP: Final = "--max-output-tokens-cap"
LEAST_CAP: Final = 16

MAX_WAIT: Final = 120.0
"""Seconds that a request waits in all for a target that is busy."""

LARGEST: Final = {"SECONDS": 1_000_000, "NUMBER": 1_000_000_000}
"""No limit is larger, by the kind of its value. Operating systems wait for little more."""


def add_options(parser: pytest.Parser) -> frozenset[str]:
    """Adds the options of the suite to pytest's, and gives the names of those that have a value.

    Values are checked by `Settings.read`, which can say what to do.
    """
    group = parser.getgroup("conformance", "conformance of a Responses API")
    group.addoption("--live", action="store_true", help="ask a live target; with --record-mode=all also record it")
    group.addoption(
        "--base-url", metavar="URL", help="base URL of the target, up to /v1; RESPONSES_API_KEY goes with it"
    )
    target_options.add_options(group)
    group.addoption(
        "--models",
        metavar="NAMES",
        help="models to test: names or patterns, separated by commas; documented (default), offered, all",
    )
    group.addoption("--contract", metavar="NAME", default="databricks", help="databricks (default) or openai")
    group.addoption(
        "--fail-on", metavar="LEVEL", default="must", help="what fails a run: must (default), should or new"
    )
    group.addoption("--cassettes", metavar="DIR", help="set of cassettes (default: cassettes/reference)")
    group.addoption(
        "--every-model", action="store_true", help="try on every model what one representative would do for"
    )
    group.addoption(
        "--without-tools",
        metavar="TYPES",
        action="append",
        help="types of tools, separated by commas, that the target does not have",
    )
    group.addoption(
        "--without",
        "--without-inputs",
        dest="without_inputs",
        metavar="NAMES",
        action="append",
        help=f"what the target does not take, separated by commas: {', '.join(FEATURES)}",
    )
    group.addoption(
        "--external", action="store_true", help="the model services front external models, which support everything"
    )
    group.addoption("--mcp-server", metavar="URL", help="an MCP server that the target can reach, for its tool mcp")
    group.addoption("--image-url", metavar="URL", help="an image that the target can reach, for its input_image")
    for name, (kind, what) in LIMITS.items():
        default = f"{getattr(Limits(), name):g}" if kind == "SECONDS" else getattr(Limits(), name)
        group.addoption(f"--max-{name}", metavar=kind, help=f"{what} (default: {default})")
    group.addoption(
        "--max-wait",
        metavar="SECONDS",
        help=f"seconds that a request waits in all for a target that is busy (429, 503, 529; default: {MAX_WAIT:g})",
    )
    group.addoption(
        "--token-in-url", action="store_true", help="also try a token in the query of a URL, which proxies may log"
    )
    group.addoption(
        "--gentle", action="store_true", help="leave out what can hurt a target: large and deep bodies, odd credentials"
    )
    group.addoption(
        "--quick", action="store_true", help="only what proves most: fewer than 15 requests a model; for a first look"
    )
    group.addoption(
        CAP, metavar="NUMBER", help="the largest max_output_tokens that the target takes, if that is less than is asked"
    )
    group.addoption(
        "--require-all", action="store_true", help="end with 6 if something was not tried for want of an option"
    )
    report_options.add_options(group)
    group.addoption("--list", action="store_true", help="show requirements, cases and requests a model; send nothing")
    return frozenset(name for option in group.options if option.attrs().get("metavar") for name in option.names())


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was told. ``target`` is a placeholder in a replay, as are the ``urls`` of services."""

    live: bool
    recording: bool
    listing: bool
    every_model: bool
    fail_on: str
    contract: Contract
    models: tuple[str, ...]
    representative: str
    without_tools: tuple[str, ...]
    without_inputs: tuple[str, ...]
    target: Target
    limits: Limits
    max_wait: float
    urls: Mapping[Service, str]
    library: Library
    given: frozenset[str]
    require_all: bool
    gentle: bool
    quick: bool
    cap: int | None
    again: tuple[str, ...]
    waivers: Waivers | None
    resume: TakenUp | None

    @property
    def replay(self) -> bool:
        """True where recorded answers stand in for the target."""
        return not self.live

    @property
    def mode(self) -> str:
        """The mode in one word, as the header of a run names it."""
        return "record" if self.recording else "verify" if self.live else "replay"

    @property
    def room(self) -> Room:
        """What each request has to leave to the target."""
        return Room(self.cap, "reasoning" not in self.without_inputs)

    @property
    def secrets(self) -> Secrets:
        """What must not be saved, and of which the token must not be shown."""
        hosts = {service.what: urlsplit(url).netloc for service, url in self.urls.items()}
        target = self.target
        return Secrets(target.token, target.host, hosts, target.secrets) if self.live else Secrets("", "")

    def representative_of(self, chapter: str) -> str:
        """The model that does for all others in a chapter: its own if that is selected, else the one of the run."""
        own = self.contract.representative_of(chapter)
        return own if own in self.models else self.representative

    def choosing(self, given: str | None, offered: Offered) -> Settings:
        """These settings with the models that ``--models`` means at a workspace. Raises pytest.UsageError."""
        return self.trying(models_of(expanded(given, self.contract, offered), self.contract))

    def trying(self, models: tuple[str, ...]) -> Settings:
        """These settings with other models."""
        own = self.contract.representative
        return replace(self, models=models, representative=own if own in models else models[0])

    @classmethod
    def read(cls, config: pytest.Config, environ: Mapping[str, str] = os.environ) -> Settings:
        """The settings of a run. Raises pytest.UsageError and MissingPrerequisite."""
        option = config.option
        fail_on = one_of("--fail-on", option.fail_on, FAIL_ON)
        try:
            contract = load(one_of("--contract", option.contract, CONTRACT_NAMES))
        except ContractError as error:
            raise pytest.UsageError(f"the contract cannot be read: {error}") from error
        recording = _check_modes(config, contract)
        if not option.live or option.list:
            check_words(option.models)
        models = models_of(expanded(option.models, contract, None), contract)
        library = Library(_folder(config, recording=recording))
        listing = bool(option.list)
        target = target_options.target(option, contract, environ) if option.live and not listing else REPLAY
        if not option.live and not listing and not library.files():
            raise pytest.UsageError(
                f"--cassettes: there are no cassettes in {library.folder}; record them with --live --record-mode=all"
            )
        return cls(
            live=bool(option.live),
            recording=recording,
            listing=listing,
            every_model=bool(option.every_model),
            fail_on=fail_on,
            contract=replace(contract, external=bool(option.external), personal_token=is_personal(target)),
            models=models,
            representative=contract.representative if contract.representative in models else models[0],
            without_tools=_without("--without-tools", option.without_tools, "type of tool", TOOL_TYPES),
            without_inputs=_without("--without", option.without_inputs, "input", FEATURES),
            target=target,
            limits=_limits(config),
            max_wait=_max_wait(config),
            urls=_urls(config, live=option.live),
            library=library,
            given=_given(config),
            require_all=bool(option.require_all),
            gentle=bool(option.gentle),
            quick=bool(option.quick),
            cap=_cap(config),
            again=_options_of_again(config),
            waivers=report_options.waivers(config, contract),
            resume=report_options.taken_up(config),
        )


def _given(config: pytest.Config) -> frozenset[str]:
    """The options that were given of those without which something is not tried."""
    services = {name for name, url in _services(config).items() if url is not None}
    return frozenset(services | ({"--token-in-url"} if config.option.token_in_url else set()))


def _options_of_again(config: pytest.Config) -> tuple[str, ...]:
    """The options that a command needs which asks for a case of this run again, as they were given."""
    option = config.option
    valued = {
        "--base-url": option.base_url,
        **target_options.single(option),
        "--contract": option.contract if option.contract != "databricks" else None,
        "--models": option.models,
        "--cassettes": option.cassettes,
        "--waivers": option.waivers,
        "--without-tools": _joined(option.without_tools),
        "--without": _joined(option.without_inputs),
        **_services(config),
        **_given_limits(config),
        "--max-wait": option.max_wait,
        CAP: option.max_output_tokens_cap,
    }
    words = [f"{name}={value}" for name, value in valued.items() if value is not None] + target_options.repeated(option)
    flags = ("every-model", "external", "token-in-url", "gentle", "quick")
    return (*words, *(f"--{name}" for name in flags if config.getoption(f"--{name}")))


def _check_modes(config: pytest.Config, contract: Contract) -> bool:
    """True for a run that records. Raises pytest.UsageError for options that do not go together."""
    option = config.option
    record_mode = option.record_mode
    if option.disable_recording:
        raise pytest.UsageError(
            "--disable-recording: a replay needs its cassettes; to ask a target, use --live instead"
        )
    if option.preflight_only and (not option.live or option.list):
        raise pytest.UsageError("--preflight-only needs --live, and shows no list: it asks a target")
    if not option.live:
        if record_mode not in (None, "none"):
            raise pytest.UsageError(f"--record-mode={record_mode} needs --live: a replay records nothing")
        asked = {
            "--base-url": option.base_url,
            **target_options.single(option),
            **target_options.first(option),
            **_services(config),
            **_given_limits(config),
            "--max-wait": option.max_wait,
            CAP: option.max_output_tokens_cap,
            "--token-in-url": option.token_in_url or None,
        }
        for name, value in asked.items():
            if value is not None and not option.list:
                raise pytest.UsageError(f"{name} needs --live: a replay asks nobody")
        if contract.name != DATABRICKS and not option.list:
            raise pytest.UsageError(f"--contract {contract.name} needs --live: cassettes are kept for databricks only")
        return False
    if record_mode not in (None, "none", "all"):
        raise pytest.UsageError(f"--record-mode={record_mode} is not supported: --live records with --record-mode=all")
    recording = bool(record_mode == "all")
    if option.block_network:
        raise pytest.UsageError("--block-network and --live exclude each other")
    if recording and contract.name != DATABRICKS:
        raise pytest.UsageError(
            f"--record-mode=all and --contract {contract.name}: cassettes are kept for databricks only"
        )
    if recording:
        target_options.check_recording(option)
    if option.cassettes is not None and not recording:
        raise pytest.UsageError("--cassettes: a live run without --record-mode=all neither reads nor writes cassettes")
    return recording


def _joined(given: list[str] | None) -> str | None:
    """The values of an option that can be given several times, as if it had been given once."""
    return None if given is None else ",".join(given)


def _without(option: str, given: list[str] | None, what: str, known: Iterable[str]) -> tuple[str, ...]:
    """What the target is declared not to have, by an option that can be given several times."""
    names = () if given is None else names_in(option, ",".join(given), what)
    return tuple(one_of(option, name, known) for name in names)


def _services(config: pytest.Config) -> dict[str, str | None]:
    """What was given for each service, by the name of its option."""
    return {service.option: config.getoption(service.option) for service in SERVICES}


def _given_limits(config: pytest.Config) -> dict[str, str | None]:
    """What was given for each limit, by the name of its option."""
    return {f"--max-{name}": config.getoption(f"--max-{name}") for name in LIMITS}


def _max_wait(config: pytest.Config) -> float:
    """For how long a request waits for a busy target. Raises pytest.UsageError."""
    given = config.option.max_wait
    return MAX_WAIT if given is None else _number("--max-wait", given, "SECONDS", zero=True)


def _cap(config: pytest.Config) -> int | None:
    """The largest max_output_tokens that the target takes, if it was given. Raises pytest.UsageError."""
    given = config.option.max_output_tokens_cap
    cap = None if given is None else int(_number(CAP, given, "NUMBER"))
    if cap is not None and cap < LEAST_CAP:
        raise pytest.UsageError(f"{CAP}: {cap} is less than {LEAST_CAP}, and no answer has less room")
    return cap


def _number(option: str, given: str, kind: str, *, zero: bool = False) -> float:
    """The number in the value of an option, over 0 unless ``zero`` will do. Raises pytest.UsageError."""
    try:
        value = float(given) if kind == "SECONDS" else int(given)
    except ValueError:
        value = math.nan
    if not (0 < value <= LARGEST[kind] or (zero and value == 0)):
        number = "a number" if kind == "SECONDS" else "a whole number"
        least = "from 0" if zero else "over 0 and"
        raise pytest.UsageError(f"{option}: {show(given)} is not {number} {least} up to {LARGEST[kind]}")
    return value


def _limits(config: pytest.Config) -> Limits:
    """What an answer may cost. Raises pytest.UsageError."""
    values: dict[str, Any] = {}
    for name, (kind, _) in LIMITS.items():
        given = config.getoption(f"--max-{name}")
        if given is None:
            continue
        values[name] = _number(f"--max-{name}", given, kind)
    return Limits(**values)


def _urls(config: pytest.Config, *, live: bool) -> dict[Service, str]:
    """The URL of each service that was given, in a replay those that stand in cassettes."""
    given = _services(config)
    try:
        for option, url in given.items():
            if url is not None:
                check_url(url, option, "https://<host>/<path>")
    except TargetError as error:
        raise pytest.UsageError(str(error)) from error
    if len(set(given.values()) - {None}) < sum(url is not None for url in given.values()):
        raise pytest.UsageError(f"{' and '.join(given)} name the same URL; each needs one of its own")
    urls = {service: given[service.option] or ("" if live else service.placeholder) for service in SERVICES}
    return {service: url for service, url in urls.items() if url}


def _folder(config: pytest.Config, *, recording: bool) -> Path:
    """The set of cassettes: what was given, else the one that comes with the suite, which no recording may change."""
    given = config.option.cassettes
    if given is None:
        kept = layout.data("cassettes")
        return (Path("cassettes").resolve() if recording and layout.checkout() is None else kept) / REFERENCE_SET
    if not given.strip():
        raise pytest.UsageError("--cassettes: the name of a folder is empty")
    folder: Path = (config.invocation_params.dir / given).resolve()
    if folder.exists() and not folder.is_dir():
        raise pytest.UsageError(f"--cassettes: {folder} is not a folder")
    if recording and layout.checkout() is None and folder.is_relative_to(layout.package().resolve()):
        raise pytest.UsageError(f"--cassettes: {folder} is within the installed package; record into a folder of yours")
    return folder
