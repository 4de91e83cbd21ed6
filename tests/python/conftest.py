"""What several test files share."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.python.whole_project import run_dbt

# A make target says where dbt writes; tests say it themselves, each in a folder of its own.
for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What dbt leaves of the project with its sample: its manifest, and the compiled SQL of the
    models that tests run by themselves."""
    folder = tmp_path_factory.mktemp("project")
    models = (
        "path:models/intermediate/profile,config.materialized:table",
        "int_identity__shared_statements",
        "int_identity__shared_people",
        "int_identity__shared_values",
        "int_identity__firewall",
    )
    run_dbt(folder, "compile", "--quiet", "--select", *models, "--indirect-selection", "empty")
    return folder / "target"


@pytest.fixture(scope="session")
def manifest(target: Path) -> dict[str, Any]:
    """The manifest of the project with its sample."""
    parsed: dict[str, Any] = json.loads((target / "manifest.json").read_bytes())
    return parsed


@pytest.fixture(scope="session")
def compiled(target: Path) -> Path:
    """The folder of the project's compiled SQL."""
    return target / "compiled" / "customer360"
