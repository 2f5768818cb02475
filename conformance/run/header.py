"""What a run says of itself: where its answers come from, and the lines at its head."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterator

import pytest

from conformance.contract import Lifecycle, Model
from conformance.recording import target_kind
from conformance.run.settings import REFERENCE_SET, Settings
from conformance.run.target_options import MissingPrerequisite
from conformance.target import Client, Unreachable, probe
from conformance.target.lacking import FEATURES

NO_WORKSPACE = "the reference endpoint is no workspace: this run says that the suite works, nothing of a target"


def provenance(settings: Settings) -> list[str]:
    """Where the answers of a run come from, in sentences for its head and its verdict. Asks a live target once.

    Raises pytest.UsageError and MissingPrerequisite for a live target that cannot be tested.
    """
    if settings.replay:
        origins = settings.library.origins()
        answers = [f"answers: {origin}" for origin in origins]
        of_reference = any("reference endpoint" in origin.target for origin in origins)
        return [*answers, NO_WORKSPACE] if of_reference else answers
    try:
        with Client(settings.target, settings.limits) as client:
            exchange, obstacle = probe(client, settings.models[0])
    except Unreachable as error:
        step = error.step or "check the base URL, and that the target runs"
        raise MissingPrerequisite(settings.secrets.hide(f"{error}; {step}")) from error
    if obstacle:
        raise MissingPrerequisite(settings.secrets.hide(obstacle))
    kind = target_kind(exchange.headers, settings.target.host)
    if settings.recording and settings.library.folder.name == REFERENCE_SET and "reference endpoint" not in kind:
        raise pytest.UsageError(
            "the set reference holds answers of the reference endpoint only; record into a set of your own with "
            "--cassettes DIR"
        )
    return [f"answers: live, of {kind}"]


def left_out(settings: Settings) -> list[str]:
    """What the user leaves out, or says that the target does not have, in sentences for head and verdict of a run."""
    left = []
    if settings.quick:
        left.append("left out: all but what proves most for its requests, by --quick; a whole run says more")
    if settings.without_tools:
        left.append(f"left out: tools of type {', '.join(settings.without_tools)}, by --without-tools")
    left += [f"by --without the target {FEATURES[name].takes_no}" for name in settings.without_inputs]
    return left


def header(settings: Settings, provenance: list[str], today: datetime.date) -> Iterator[str]:
    """Mode, contract, target, models, and what is left out or about to end."""
    contract = settings.contract
    yield f"conformance: {settings.mode}, contract {contract.name} {contract.version}, fails on {settings.fail_on}"
    yield f"target: {'none, network blocked' if settings.replay else settings.target.base_url}"
    yield f"models: {', '.join(settings.models)} (representative: {_representatives(settings)})"
    if settings.live:
        yield from (f"{service.what}: {url}" for service, url in settings.urls.items())
    yield from left_out(settings)
    if settings.replay or settings.recording:
        yield f"cassettes: {settings.library.folder}"
    yield from provenance
    if contract.external:
        yield "external models: nothing need be refused that Databricks refuses for its own, by --external"
    for name in settings.models if contract.models else ():
        model = contract.model(name)
        if model is None or not model.documented:
            close = difflib.get_close_matches(name, contract.documented_models(), 1) if model is None else []
            hint = f" (did you mean {close[0]}?)" if close else ""
            yield f"warning: {name} is not listed on the page{hint}: what the page promises is a should for it"
    known = [model for name in settings.models if (model := contract.model(name)) is not None]
    ends = [(model.name, end) for model in known if (end := _ends(model, today))]
    for end in dict.fromkeys(end for _, end in ends):
        yield f"warning: {end}: {', '.join(name for name, other in ends if other == end)}"


def _ends(model: Model, today: datetime.date) -> str:
    """When a model is or was to be shut down, empty for one that is expected to stay."""
    day = model.retires
    if day is None or (day > today and model.lifecycle is not Lifecycle.ENDING):
        return ""
    return f"{'to be' if day > today else 'was to be'} shut down on {day.isoformat()}"


def _representatives(settings: Settings) -> str:
    """The representative of the run, and those that some chapters have instead."""
    own = {settings.representative_of(chapter) for chapter in settings.contract.chapters} - {settings.representative}
    others = [name for name in settings.models if name in own]
    return settings.representative + (f"; of some chapters {', '.join(others)}" if others else "")
