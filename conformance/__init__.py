"""Conformance tests for the OpenAI Responses API, first of all on Databricks."""

__version__ = "0.1.0"
