"""The secret key of all keyed hashes, the same for every engine."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

DEFAULT_KEY_FILE = Path(__file__).resolve().parent.parent / "build" / "hash_key"
MIN_KEY_LENGTH = 32


class HashKeyError(Exception):
    """Why there is no usable key; the message never holds the key."""


def hash_key() -> str:
    """The key from the environment, else from its file, which is made when absent."""
    from_environment = os.environ.get("CUSTOMER360_HASH_KEY")
    if from_environment is not None:
        return usable_key(from_environment, "the environment variable CUSTOMER360_HASH_KEY")
    path = Path(os.environ.get("CUSTOMER360_HASH_KEY_FILE") or DEFAULT_KEY_FILE)
    try:
        if not path.exists():
            make_key_file(path)
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not plain ASCII text"
        raise HashKeyError(
            f"The hash key cannot be read from {path} ({reason}): make the file readable, or name"
            " another by CUSTOMER360_HASH_KEY_FILE."
        ) from None
    return usable_key(text, f"the file {path}")


def usable_key(text: str, where: str) -> str:
    """The key without the line end of its file."""
    key = text.strip()
    if len(key) < MIN_KEY_LENGTH:
        raise HashKeyError(
            f"The hash key in {where} is {'empty' if not key else 'too short'}: it needs"
            f" {MIN_KEY_LENGTH} characters or more, such as 'openssl rand -hex 32' prints."
        )
    return key


def make_key_file(path: Path) -> None:
    """A new key that its owner alone can read; the first one wins, and nobody sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".hash_key_", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
