"""What several test files share."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.python.whole_project import run_dbt


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The manifest of the project with its sample, as one `dbt parse` writes it."""
    folder = tmp_path_factory.mktemp("manifest")
    run_dbt(folder, "parse")
    parsed: dict[str, Any] = json.loads((folder / "target" / "manifest.json").read_bytes())
    return parsed
