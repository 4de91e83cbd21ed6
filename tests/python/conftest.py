"""What several test files share."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.python.whole_project import run_dbt

# A make target says where dbt writes; tests say it themselves, each in a folder of its own.
for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The manifest of the project with its sample, as one `dbt parse` writes it."""
    folder = tmp_path_factory.mktemp("manifest")
    run_dbt(folder, "parse")
    parsed: dict[str, Any] = json.loads((folder / "target" / "manifest.json").read_bytes())
    return parsed
