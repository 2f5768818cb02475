"""Registers the plugin of the suite, and the one that tests it through pytest."""

pytest_plugins = ["conformance.plugin", "pytester"]
