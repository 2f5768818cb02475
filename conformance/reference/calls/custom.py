"""The call of a custom tool, with a text of its grammar."""

from typing import Any

from conformance.reference.calls.made import Made
from conformance.reference.generate import WORDS
from conformance.reference.grammar import NoText, text_of
from conformance.reference.refusal import invalid
from conformance.reference.request import Request


def custom_tool_call(request: Request, tool: dict[str, Any], label: str) -> Made:
    """A custom_tool_call. Raises Refusal (400) for a grammar of which no text is found."""
    form = tool.get("format") or {"type": "text"}
    try:
        text = " ".join(WORDS) if form["type"] == "text" else text_of(form["syntax"], form["definition"])
    except NoText as error:
        raise invalid("tools", f"for the grammar of the custom tool '{tool['name'][:100]}', {error}.") from None
    item = {
        "id": f"ctc_{request.hex(label)}",
        "type": "custom_tool_call",
        "status": "completed",
        "call_id": request.call_id(label),
        "input": text,
        "name": tool["name"],
    }
    return Made(item, text, "input")
