"""Faults of what an answer points to, and of values that a client only sends back."""

from typing import Any, Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.items import COMPLETED, Added, adding, loaded_tools
from conformance.reference.edits.replies import answers_question, is_json, on_answer, on_items, on_plain_answer, only_if
from conformance.wire.edit import put


def _in_bytes(part: dict[str, Any]) -> dict[str, Any]:
    """A part whose annotations count in bytes. Its text goes on, so that they still end inside of it."""

    def counted(annotation: dict[str, Any]) -> dict[str, Any]:
        places = ("start_index", "end_index")
        return annotation | {name: len(part["text"][: annotation[name]].encode()) for name in places}

    annotations = [counted(one) for one in part["annotations"]]
    more = " Nothing else was found." if annotations else ""
    return part | {"text": part["text"] + more, "annotations": annotations}


def _unspoken(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in output if item["type"] != "reasoning"]


PLOT: Final = {
    "type": "container_file_citation",
    "container_id": "cntr_1",
    "file_id": "cfile_0",
    "filename": "plot.png",
    "start_index": 0,
    "end_index": 0,
}
PLOTTED: Final = {"type": "output_text", "text": "Here it is.", "annotations": [PLOT], "logprobs": []}

FAULTS: Final = (
    Fault(
        "citations-in-bytes",
        "The places of citations are counted in bytes.",
        ("references.citation_place",),
        on_answer(put("/output/*/content/*", _in_bytes)),
    ),
    Fault(
        "source-of-another-page",
        "The sources of a search are other pages than those that the text cites.",
        ("references.sources",),
        on_items("web_search_call", "/action/sources/*/url", "https://example.org/other"),
    ),
    Fault(
        "encrypted-content-in-words",
        "What is encrypted is no base64url.",
        ("references.encrypted_content",),
        on_items("reasoning", "/encrypted_content", lambda text: f"sealed: {text}"),
    ),
    Fault(
        "reasoning-left-out",
        "Reasoning that was counted is not in the output.",
        ("references.reasoning",),
        only_if(lambda reply: reply.asked.get("include") is None, on_plain_answer(put("/output", _unspoken))),
    ),
    Fault(
        "more-than-certain",
        "The logarithm of a probability is above 0.",
        ("references.logprobs",),
        on_answer(put("/output/*/content/*/logprobs/*/logprob", 0.5)),
    ),
    Fault(
        "file-of-another-container",
        "A text cites a file of a container that nobody ran.",
        ("references.container",),
        only_if(
            lambda reply: is_json(reply) and answers_question(reply),
            adding(
                loaded_tools({"type": "code_interpreter", "container": {"type": "auto"}}),
                Added(
                    {
                        "id": "ci_0",
                        "type": "code_interpreter_call",
                        "code": "plot()",
                        "container_id": "cntr_0",
                        "outputs": None,
                        **COMPLETED,
                    }
                ),
                Added({"id": "msg_0", "type": "message", "role": "assistant", "content": [PLOTTED], **COMPLETED}),
            ),
        ),
    ),
    Fault(
        "reference-for-an-item",
        "The output holds a reference in the place of an item.",
        ("references.request_items",),
        adding(Added({"id": "msg_0", "type": "item_reference"})),
    ),
)
