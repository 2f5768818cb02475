"""Models that are not served here."""

from typing import Any, Final

Row = dict[str, Any]

WRONG_MODELS: Final[dict[str, Row]] = {
    "unknown": {"requirement": "unknown", "model": "no-such-model"},
    "claude": {"requirement": "foreign", "model": "claude-sonnet-4-5"},
    "llama": {"requirement": "foreign", "model": "llama-4-maverick"},
    "gpt_oss": {"requirement": "gpt_oss", "model": "gpt-oss-120b"},
    "prefixed": {"requirement": "prefixed", "model": "system.ai.databricks-gpt-5-4"},
}
RETIRED_MODEL: Final = "gpt-5-1-codex-max"
MISSING: Final = (400, 403, 404)
"""What an endpoint answers for a model that it does not serve, or does not show."""
