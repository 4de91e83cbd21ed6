"""The terminal of a reviewer: single keys, no mouse."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import sys
import termios
import tty
from collections.abc import Iterator

from .session import Screen

ARROWS = {"\x1b[A": "up", "\x1b[B": "down", "\x1bOA": "up", "\x1bOB": "down"}

# An arrow comes as three characters at once, the escape key alone as the first of them.
ESCAPE_SECONDS = 0.05


@contextlib.contextmanager
def single_keys() -> Iterator[None]:
    """Keys come one by one and without echo; what was typed ahead is kept."""
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    try:
        tty.setcbreak(handle, termios.TCSANOW)
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)


def key() -> str:
    """Waits for one key and returns it; arrows by name. The end of the input is a wish to quit."""
    handle = sys.stdin.fileno()
    pressed = os.read(handle, 1)
    if pressed == b"\x1b" and select.select([handle], [], [], ESCAPE_SECONDS)[0]:
        pressed += os.read(handle, 2)
    text = pressed.decode("utf-8", "replace")
    return ARROWS.get(text, text) or "q"


def ask(question: str) -> str:
    """Asks for a line, which is echoed and may be corrected."""
    handle = sys.stdin.fileno()
    single = termios.tcgetattr(handle)
    lines = termios.tcgetattr(handle)
    lines[3] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(handle, termios.TCSANOW, lines)
    try:
        return input("\n" + question)
    except (EOFError, KeyboardInterrupt):
        return ""
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, single)


def show(picture: str) -> None:
    """Clears the screen and shows the picture."""
    sys.stdout.write("\x1b[2J\x1b[H" + picture + "\n")
    sys.stdout.flush()


def size() -> tuple[int, int]:
    """Columns and rows."""
    found = shutil.get_terminal_size()
    return found.columns, found.lines


def screen() -> Screen:
    """The terminal that the command runs in."""
    return Screen(key=key, ask=ask, show=show, size=size)
