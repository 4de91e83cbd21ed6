"""The terminal of a reviewer: single keys, no mouse."""

from __future__ import annotations

import os
import shutil
import sys
import termios
import tty

from .session import Screen

ARROWS = {"\x1b[A": "up", "\x1b[B": "down", "\x1bOA": "up", "\x1bOB": "down"}


def key() -> str:
    """Waits for one key and returns it without echo; arrows by name."""
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    try:
        tty.setcbreak(handle)
        pressed = os.read(handle, 8).decode("utf-8", "replace")
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
    # The end of the input is a wish to quit; several keys at once are the first one.
    return ARROWS.get(pressed) or pressed[:1] or "q"


def ask(question: str) -> str:
    """Asks for a line."""
    try:
        return input("\n" + question)
    except (EOFError, KeyboardInterrupt):
        return ""


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
