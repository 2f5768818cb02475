"""Keeps logins apart: each worker of pytest-xdist has tokens of its own, and a workspace limits how often one asks."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # not on Windows: processes do not know of one another there
    fcntl = None  # type: ignore[assignment]

APART: Final = 1.05
"""Seconds between the end of a login and the beginning of the next one, over all processes of a user."""

LONGEST: Final = 60.0
"""Seconds that a process waits for others, of which one may hang. Then it goes on as if it were alone."""

PAUSE: Final = 0.02


@contextlib.contextmanager
def turn() -> Iterator[Callable[[], None]]:
    """Waits until a login may be made, and lets no other process make one inside. Yields what to call if one was made.

    What the processes share is a file in the folder for temporary ones: it is locked, and its time is that of
    the last login.
    """
    try:
        file = os.open(_path(), os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError:
        yield lambda: None  # somebody else's, or no folder to write to
        return
    try:
        _lock(file)
        past = time.time() - os.fstat(file).st_mtime
        if 0 <= past < APART and os.fstat(file).st_size:
            time.sleep(APART - past)
        yield lambda: _stamp(file)
    finally:
        os.close(file)  # which unlocks it


def _path() -> Path:
    user = os.getuid() if hasattr(os, "getuid") else ""
    return Path(tempfile.gettempdir()) / f"responses-conformance-logins-{user}"


def _lock(file: int) -> None:
    end = time.monotonic() + LONGEST
    while fcntl is not None and time.monotonic() < end:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(PAUSE)
        else:
            return


def _stamp(file: int) -> None:
    """Remembers that a login was made now. A file without a byte in it was made just now, by nobody's login."""
    os.pwrite(file, b"\n", 0) if hasattr(os, "pwrite") else os.write(file, b"\n")
    if os.utime in os.supports_fd:
        now = time.time_ns()
        os.utime(file, ns=(now, now))
