"""The checks of patches: diffs, changes and paths."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.edit import put
from tests.checks.rules import broken_by, judged_by
from tests.right import tool_answers as tools
from tests.right.answers import with_items
from tests.right.changed import asking, changed
from tests.right.tool_answers import patch


@pytest.mark.parametrize(
    ("kind", "diff", "is_right"),
    [
        ("create_file", "", True),
        ("create_file", "+a", True),
        ("create_file", "+a\r\n+\r\n", True),
        ("create_file", "+a\u2028b\x0cc\n", True),
        ("create_file", "+a\n*** End Patch\n", True),
        ("create_file", "a\n", False),
        ("create_file", "+a\n\n+b\n", False),
        ("create_file", "@@\n+a\n", False),
        ("create_file", "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+a\n", False),
        ("create_file", "*** Begin Patch\n*** Add File: a.py\n+a\n", False),
        ("update_file", "@@\n-a\n+b\n", True),
        ("update_file", "@@ def a():\n@@ def b():\n c\n-a\n+b\n*** End of File\n", True),
        ("update_file", " c\n-a\n+b\n\n@@\n-d\n", True),
        ("update_file", "--- a\n c\n", True),
        ("update_file", "@@\n--- a\n+++ b\n", True),
        ("update_file", "@@ -1,3 +1,4 @@\n-a\n+b\n", False),
        ("update_file", "@@\n-a\n@@ -1 +1 @@ def a():\n+b\n", False),
        ("update_file", "--- a/a.py\n+++ b/a.py\n@@\n-a\n", False),
        ("update_file", "@@\na\n", False),
        ("update_file", "@@\n-a\n\\ No newline at end of file\n", False),
        ("update_file", "*** Update File: a.py\n@@\n-a\n", False),
        ("delete_file", None, True),
        ("delete_file", "", True),
        ("delete_file", "-a\n", False),
    ],
)
def test_the_form_of_a_diff(kind: str, diff: Any, *, is_right: bool) -> None:
    """A diff has the form of its operation, and that of no other tool."""
    found = with_items([tools.PATCH], patch(kind, diff))
    assert ("apply_patch.diff" not in broken_by(found)) is is_right


def test_a_diff_that_is_not_finished_is_not_judged() -> None:
    """A call that is in progress owes no whole diff."""
    begun = with_items([tools.PATCH], patch("create_file", "a") | {"status": "in_progress"})
    assert "apply_patch.diff" not in judged_by(changed(begun, put("/status", "incomplete")))


@pytest.mark.parametrize(
    ("diff", "is_right"),
    [("@@\n-a\n", True), ("+a", True), ("", False), ("@@\n", False), ("@@\n a\n b\n*** End of File\n", False)],
)
def test_a_change_changes_something(diff: str, *, is_right: bool) -> None:
    """An update adds or takes away at least one line."""
    assert ("apply_patch.change" not in broken_by(with_items([tools.PATCH], patch("update_file", diff)))) is is_right


@pytest.mark.parametrize(
    ("path", "is_right"),
    [
        ("a.py", True),
        ("./lib/..a/b..py", True),
        ("l\u00efb/\u00e9 \u4e2d.py", True),
        ("/work/a.py", True),
        ("", False),
        (" ", False),
        ("a\nb", False),
        ("a\x00", False),
        ("/etc/a.py", False),
        ("C:\\a.py", False),
        ("~/a.py", False),
        ("lib/../../a.py", False),
        ("..\\a.py", False),
    ],
)
def test_the_path_of_a_patch(path: str, *, is_right: bool) -> None:
    """A path stays inside the folder, unless the request names it."""
    found = with_items([tools.PATCH], put("/operation/path", path)(patch("create_file", "+a\n")))
    assert ("apply_patch.path" not in broken_by(asking(found, input="Change /work/a.py."))) is is_right
