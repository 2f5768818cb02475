"""Requests that are not right. MODEL stands for the name of the model under test."""

from typing import Any, Final

Row = dict[str, Any]

RIGHT: Final = '{"model":"MODEL","input":"Say hello.","max_output_tokens":64}'
LEVELS: Final = 5_000
BYTES: Final = 10_000_000

WRONG_BODIES: Final[dict[str, Row]] = {
    "no_body": {"requirement": "body", "content": ""},
    "malformed": {"requirement": "body", "content": '{"model":"MODEL","input":"Say hello."'},
    "array": {"requirement": "body", "content": f"[{RIGHT}]"},
    "null": {"requirement": "body", "content": "null"},
    "text_plain": {"requirement": "content_type", "content": RIGHT, "content_type": "text/plain"},
    "no_content_type": {"requirement": "content_type", "content": RIGHT, "content_type": None},
    "no_model": {"requirement": "missing_member", "content": '{"input":"Say hello.","max_output_tokens":64}'},
    "no_input": {"requirement": "missing_member", "content": '{"model":"MODEL","max_output_tokens":64}'},
    "model_of_wrong_type": {
        "requirement": "wrong_type",
        "content": '{"model":7,"input":"Say hello.","max_output_tokens":64}',
    },
    "input_of_wrong_type": {
        "requirement": "wrong_type",
        "content": '{"model":"MODEL","input":7,"max_output_tokens":64}',
    },
}

DEEP: Final = '{"model":"MODEL","input":' + "[" * LEVELS + "]" * LEVELS + ',"max_output_tokens":64}'
UNUSUAL_BODIES: Final[dict[str, Row]] = {
    # Too large for the rate of tokens is a refusal too.
    "10_mb": {"content": lambda: _holding("word " * (BYTES // 5)), "statuses": (400, 413, 429)},
    "deep": {"content": lambda: DEEP},
    "member_twice": {"content": lambda: RIGHT[:-1] + ',"input":"Say goodbye."}'},
    "nan": {"content": lambda: RIGHT[:-1] + ',"temperature":NaN}'},
}
"""Each is made when it is sent, as one of them is large."""


def _holding(text: str) -> str:
    return f'{{"model":"MODEL","input":"{text}","max_output_tokens":64}}'


WRONG_SETTINGS: Final[dict[str, Row]] = {
    "limit": {"max_output_tokens": "many"},
    "tools": {"tools": "all"},
    "format": {"text": {"format": "JSON"}},
}

OTHER_ROUTES: Final[dict[str, Row]] = {
    "get": {"method": "GET", "path": "/responses"},
    "put": {"method": "PUT", "path": "/responses"},
    "delete": {"method": "DELETE", "path": "/responses"},
    "get_by_id": {"method": "GET", "path": "/responses/resp_0123456789abcdef0123456789abcdef0123456789abcdef"},
}
