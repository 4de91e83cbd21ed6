"""Wall and CPU seconds of this process, and of the models that dbt runs in it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any


class Clock:
    """Wall and CPU seconds between two moments."""

    def __init__(self) -> None:
        """Runs from now on."""
        self.wall, self.cpu = 0.0, 0.0
        self.start()

    def start(self) -> None:
        """Starts anew."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        """Takes the time; a later call takes it again from the same start."""
        self.wall, self.cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu


def of_models(clock: Clock, command: Sequence[str]) -> bool:
    """Runs a dbt command in this process; the clock runs from its first model to its last.

    Returns:
        Whether it succeeded.
    """
    from dbt.cli.main import dbtRunner

    started: list[str] = []

    def on_event(event: Any) -> None:
        if event.info.name not in ("NodeStart", "NodeFinished"):
            return
        if event.data.node_info.resource_type != "model":
            return
        if event.info.name == "NodeFinished":
            clock.stop()
        elif not started:
            started.append(event.data.node_info.unique_id)
            clock.start()

    return bool(dbtRunner(callbacks=[on_event]).invoke(list(command)).success)
