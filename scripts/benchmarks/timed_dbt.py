"""dbt with a clock: `python -m scripts.benchmarks.timed_dbt run --select ...`.

Prints the wall and CPU seconds from the start of its first model to the end of its last as JSON.
"""

from __future__ import annotations

import json
import sys

from scripts.benchmarks.clock import Clock, of_models


def main() -> int:
    """Exit codes: 0 all nodes succeeded, 1 some did not."""
    clock = Clock()
    success = of_models(clock, sys.argv[1:])
    print(json.dumps({"wall": clock.wall, "cpu": clock.cpu}))
    return 0 if success else 1


if __name__ == "__main__":
    sys.exit(main())
