"""Says why accounts are one customer, or are not; `--help` tells all."""

from __future__ import annotations

import sys
from pathlib import Path

# Run by its path, Python looks for modules beside this file only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.explainer.cli import main

if __name__ == "__main__":
    sys.exit(main())
