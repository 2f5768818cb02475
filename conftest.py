"""Loads the plugin of the suite where no entry point has done so, and keeps runs apart that are not meant for it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
OWN_TESTS = ROOT / "tests"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:  # noqa: ARG001
    """Loads the plugin, unless a run has begun that came upon this folder while it looked for tests of its own."""
    if pluginmanager.has_plugin("session"):
        return
    from conformance import layout
    from conformance.run import entry

    if (loaded := layout.package().resolve().parent) != ROOT:
        raise pytest.UsageError(
            f"this is a checkout of the suite in {ROOT}, but the package in use is that of {loaded}: "
            "run it as `python -m pytest`, or install this one with `pip install -e .`"
        )
    pluginmanager.import_plugin(entry.PLUGIN)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves the suite out of runs of other projects, and the project's own tests out unless they are named."""
    if not config.pluginmanager.has_plugin("conformance.run.plugin"):
        return True
    if collection_path != OWN_TESTS:
        return None
    named = (config.invocation_params.dir / argument.partition("::")[0] for argument in config.args)
    return None if any(path.resolve().is_relative_to(OWN_TESTS) for path in named) else True
