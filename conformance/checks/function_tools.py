"""The check of functions: one is called where it has to be. What their calls bring is in ``calls``."""

from __future__ import annotations

from conformance.checks.lib.forced_calls import called_rule

called_rule("function_tools.called", "function")
