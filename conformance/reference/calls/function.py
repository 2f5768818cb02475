"""The call of a function, with arguments that are made from its parameters."""

from typing import Any

from conformance.reference.body import compact
from conformance.reference.calls.made import Made
from conformance.reference.generate import NoInstance, instance
from conformance.reference.refusal import invalid
from conformance.reference.request import Request
from conformance.reference.tools import NO_PARAMETERS, echoed


def function_call(request: Request, tool: dict[str, Any], label: str) -> Made:
    """A function_call. Raises Refusal (400) for parameters that nothing can satisfy."""
    text = arguments(tool["name"], echoed(tool)["parameters"])
    item = {
        "id": f"fc_{request.hex(label)}",
        "type": "function_call",
        "status": "completed",
        "call_id": request.call_id(label),
        "name": tool["name"],
        "arguments": text,
    }
    return Made(item, text, "arguments")


def arguments(name: str, parameters: dict[str, Any] | None) -> str:
    """The text of an object that is valid against the parameters of the function of this name."""
    try:
        return compact(instance({"type": "object", **(parameters or NO_PARAMETERS)}))
    except NoInstance as error:
        raise invalid("tools", f"for the parameters of the function '{name}', {error}.") from None
