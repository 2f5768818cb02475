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

UNUSUAL_BODIES: Final[dict[str, Row]] = {
    "10_mb": {
        "content": '{"model":"MODEL","input":"' + "word " * (BYTES // 5) + '","max_output_tokens":64}',
        # Too large for the rate of tokens is a refusal too.
        "statuses": (400, 413, 429),
    },
    "deep": {"content": '{"model":"MODEL","input":' + "[" * LEVELS + "]" * LEVELS + ',"max_output_tokens":64}'},
    "member_twice": {"content": RIGHT[:-1] + ',"input":"Say goodbye."}'},
    "nan": {"content": RIGHT[:-1] + ',"temperature":NaN}'},
}

WRONG_MODELS: Final[dict[str, Row]] = {
    "unknown": {"requirement": "unknown", "model": "no-such-model"},
    "claude": {"requirement": "foreign", "model": "claude-sonnet-4-5"},
    "llama": {"requirement": "foreign", "model": "llama-4-maverick"},
    "gpt_oss": {"requirement": "foreign", "model": "gpt-oss-120b"},
    "prefixed": {"requirement": "prefixed", "model": "databricks-gpt-5-4"},
}
RETIRED_MODEL: Final = "gpt-5-1-codex-max"
MISSING: Final = (400, 403, 404)
"""What an endpoint answers for a model that it does not serve, or does not show."""

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

WRONG_CREDENTIALS: Final[dict[str, Row]] = {"empty": {}, "malformed": {}, "wrong": {}}
"""By the name of their form, see ``target.credential``."""
