"""Which models the endpoint answers for, by the names that the gateway gives them."""

import re
from typing import Any, Final

from conformance.contract import GATEWAY, SERVING, Contract, Lifecycle, Model
from conformance.reference.refusal import Refusal, invalid

VERSION: Final = re.compile(r"^gpt-(\d+)(?:-(\d+))?(?=-|$)")
# Dates of snapshots that OpenAI has published, by version; any other date would do as well.
SNAPSHOTS: Final = {
    "5": "2025-08-07",
    "5.1": "2025-11-13",
    "5.2": "2025-12-11",
    "5.4": "2026-03-05",
    "5.5": "2026-04-23",
}
LATER_SNAPSHOT: Final = "2026-07-09"

SERVED: Final = (Lifecycle.ACTIVE, Lifecycle.ENDING, Lifecycle.LISTED)


def find_model(contract: Contract, asked: Any) -> Model:
    """The model behind the ``model`` of a request.

    The bare name that a model has on ``/serving-endpoints`` stands for that of the gateway. Raises Refusal: 400 where
    no name is given or no request can be passed on to the model, 404 for a model that is not served.
    """
    if not isinstance(asked, str) or not asked:
        problem = "the name of a model is required, such as 'system.ai.gpt-5-4'."
        raise invalid("model", problem, "missing_required_parameter" if asked is None else "invalid_value")
    name = asked.removeprefix(SERVING if asked.startswith(SERVING) else GATEWAY)
    if name != asked and not contract.is_pass_through(name):
        raise invalid("model", f"the Responses API is not supported for model '{_short(asked)}'.", "unsupported_value")
    model = contract.models.get(name)
    if name == asked or model is None or model.lifecycle not in SERVED:
        raise Refusal(404, f"The model '{_short(asked)}' does not exist.", "model_not_found", "model")
    return model


def snapshot(model: Model) -> str:
    """The name that the answer gives the model: dotted and dated, never what was asked for."""
    match = VERSION.match(model.name)
    if match is None:
        return f"{model.name}-{LATER_SNAPSHOT}"
    version = match[1] if match[2] is None else f"{match[1]}.{match[2]}"
    return f"gpt-{version}{model.name[match.end() :]}-{SNAPSHOTS.get(version, LATER_SNAPSHOT)}"


def _short(name: str) -> str:
    return name if len(name) <= 100 else f"{name[:100]}…"
