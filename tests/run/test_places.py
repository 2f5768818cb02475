"""Where a run may be started, and where it finds its cassettes and its package."""

from __future__ import annotations

from pathlib import Path

from tests.run.checkout import Checkout


def test_run_from_anywhere(checkout: Checkout, tmp_path: Path) -> None:
    """The options work from the root, from a sub-folder, and with a path or the root given from elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    only = ["--models", "gpt-5-4", "-k", "message_list"]
    runs = [
        checkout.quick(*only),
        checkout.run(*only, cwd=checkout.path / "conformance"),
        checkout.run(*only, str(checkout.path / "conformance" / "test_supported_models.py"), cwd=elsewhere),
        checkout.run(*only, "--rootdir", str(checkout.path), str(checkout.path), cwd=elsewhere),
        checkout.run(*only, "test_supported_models.py::test_message_list", cwd=checkout.path / "conformance"),
    ]
    for result in runs:
        assert result.ret == 0
        result.stdout.fnmatch_lines([f"cassettes: {checkout.cassettes}", "1 cases: 1 pass", "*1 passed*"])


def test_cassettes_are_found_from_where_the_command_was_given(checkout: Checkout) -> None:
    """--cassettes is relative to the folder in which the command was given."""
    own = checkout.path / "conformance" / "own"
    checkout.cassettes.rename(own)
    result = checkout.run("--models", "gpt-5-4", "--cassettes", "own", cwd=checkout.path / "conformance")
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"cassettes: {own}"])


def test_the_copy_is_what_is_tested(checkout: Checkout) -> None:
    """Runs in a copy of the checkout import the package of the copy, also in xdist's workers."""
    package = checkout.path / "conformance"
    (package / "test_supported_models.py").write_text(
        "import conformance\n\n\n"
        "def test_origin():\n"
        f"    assert conformance.__file__ == {str(package / '__init__.py')!r}\n"
    )
    for more in ([], ["-n", "1"]):
        assert checkout.run("conformance/test_supported_models.py", *more).ret == 0
