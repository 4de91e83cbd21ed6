"""Builds the project on Spark: a local session with the settings the models rely on, and dbt in it.

    python scripts/spark_build.py data/mine --vars '{as_of_date: 2024-01-01}' --select +rfm_segments

The raw folder is as for `raw: files`, in Parquet. Other arguments go to `dbt build --target spark`
as they are; --vars are joined with those that name the folder. What Spark keeps is in build/spark:
catalog, warehouse, logs. Exit codes: 0 built and every test passed, 1 dbt found errors, 2 could not
start.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from scripts.hash_key import HashKeyError, hash_key  # noqa: E402

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HOME = PROJECT / "build" / "spark"
MIN_JAVA = 17


class CannotStartError(Exception):
    """What is missing and what to do, in one line."""


def java_version(text: str) -> int | None:
    """The major version in what `java -version` prints: 17 of "17.0.15", 8 of "1.8.0_392"."""
    match = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(match.group(1)) if match else None


def check_java() -> None:
    """Spark 4 starts only on Java 17 or newer."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home) / "bin" / "java") if home else "java")
    advice = f"install Java {MIN_JAVA} or newer, or set JAVA_HOME to its folder."
    if not java:
        raise CannotStartError(
            f"Spark needs Java, and there is none{f' in {home}' if home else ''}: {advice}"
        )
    result = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = java_version(result.stderr + result.stdout)
    if version is None or version < MIN_JAVA:
        raise CannotStartError(
            f"Spark needs Java {MIN_JAVA}, and {java} is {version or 'unknown'}: {advice}"
        )


def check_packages() -> None:
    """dbt, its adapter and Spark itself come with one group of requirements."""
    try:
        import dbt.adapters.spark  # noqa: F401
        import pyspark  # noqa: F401
    except ImportError as error:
        raise CannotStartError(
            f"{error.name} is not installed: install requirements/spark.txt into an environment"
            " of its own."
        ) from None


def check_raw_folder(folder: Path) -> None:
    """The folder holds Parquet files of channels, and no empty ones, which Spark would skip."""
    if not folder.is_dir():
        raise CannotStartError(
            f"{folder}: there is no such folder: name the folder of the raw extracts."
        )
    files = [*folder.glob("[!_.]*/*.parquet"), *folder.glob("[!_.]*/[!_.]*/*.parquet")]
    if not files:
        raise CannotStartError(
            f"{folder}: holds no <channel>/<entities>.parquet: on Spark raw extracts are Parquet"
            " files, which 'make intake' makes of any others."
        )
    for path in files:
        if path.is_file() and not path.stat().st_size:
            raise CannotStartError(f"{path}: the file is empty: export it again, or remove it.")


def extract_info(folder: Path) -> dict[str, Any]:
    """What `_extract.json` says; Spark does not see files whose names begin with an underscore."""
    path = folder / "_extract.json"
    if not path.is_file():
        return {"extracted_on": None, "kind": {}}
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
        return {"extracted_on": found.get("extracted_on"), "kind": found.get("kind") or {}}
    except (ValueError, AttributeError):
        example = '{"extracted_on": "2024-01-01", "kind": {"crm": "full"}}'
        raise CannotStartError(
            f"{path}: is not of the known form: write it like {example}."
        ) from None


def parse_variables(text: str) -> dict[str, Any]:
    """dbt's --vars: a YAML mapping."""
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict):
        raise CannotStartError("--vars must be a YAML mapping such as '{as_of_date: 2024-01-01}'.")
    return found


def dbt_arguments(raw_path: Path, variables: dict[str, Any], rest: list[str]) -> list[str]:
    """The arguments of one `dbt build` on Spark from the extracts of a folder."""
    variables = {
        **variables,
        "raw": "files",
        "raw_path": raw_path.resolve().as_posix(),
        "extract_info": extract_info(raw_path),
    }
    return [
        "build",
        *("--target", "spark"),
        *("--project-dir", str(PROJECT)),
        *("--profiles-dir", str(PROJECT)),
        *("--target-path", str(HOME / "target")),
        *("--log-path", str(HOME / "logs")),
        *("--vars", json.dumps(variables, ensure_ascii=False, default=str)),
        *rest,
    ]


def settings(options: argparse.Namespace) -> dict[str, str]:
    """What the models rely on, and a place in build/spark for all that Spark keeps."""
    java_options = [f'"-Dderby.system.home={HOME}"']
    found = {
        "spark.master": f"local[{options.cores}]",
        "spark.driver.memory": options.memory,
        # `timestamp` means a time without zone, as on DuckDB.
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.sources.default": "parquet",
        # What Spark infers of columns grows with every expression that names them: for the widest
        # models it took minutes and all the memory.
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.sql.legacy.createHiveTableByDefault": "false",
        "spark.sql.warehouse.dir": (HOME / "warehouse").as_uri(),
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={HOME / 'metastore'};create=true"
        ),
        "spark.local.dir": str(HOME / "scratch"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    if options.small:
        # Less time goes into compiling, which on small data takes most of it.
        java_options += ["-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=256m"]
        found["spark.sql.codegen.wholeStage"] = "false"
        found["spark.sql.shuffle.partitions"] = "2"
    return {**found, "spark.driver.extraJavaOptions": " ".join(java_options)}


@contextlib.contextmanager
def the_only_build() -> Iterator[None]:
    """Spark's own catalog takes one process at a time, and says so late and at length."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStartError("Another build on Spark is running: wait for its end.") from None
        yield


@contextlib.contextmanager
def error_stream_to(path: Path) -> Iterator[None]:
    """Processes that are started meanwhile write their errors, which are many, to a file."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with path.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def start_session(options: argparse.Namespace) -> SparkSession:
    """A session that the adapter's session method then finds."""
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    if not (HOME / "metastore").exists():
        # Tables that no catalog knows would only stand in the way of new ones.
        shutil.rmtree(HOME / "warehouse", ignore_errors=True)
    log = HOME / "spark.log"
    log.unlink(missing_ok=True)
    # The Python side of Spark logs each failed statement once more, with its whole trace.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    builder = SparkSession.builder.appName("customer360").enableHiveSupport()
    for name, value in settings(options).items():
        builder = builder.config(name, value)
    try:
        with error_stream_to(log):
            session = builder.getOrCreate()
            session.sql("show databases").collect()
    except (PySparkException, RuntimeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise CannotStartError(f"Spark did not start ({reason}): see {log}.") from None
    return session


def set_hash_key(session: SparkSession, key: str) -> None:
    """The key as a session variable: it stands in no SQL text, and plans show it redacted."""
    session.conf.set("spark.sql.redaction.string.regex", re.escape(key))
    session.sql("declare or replace variable hash_key string")
    session.sql("set variable hash_key = :key", args={"key": key})


def parse_arguments(arguments: list[str] | None) -> tuple[argparse.Namespace, list[str]]:
    """The options of this script, and what is dbt's."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("raw_path", type=Path, help="folder of the raw extracts")
    parser.add_argument("--vars", default="{}", help="variables of the project, as for dbt")
    parser.add_argument("--memory", default="4g", help="memory of Spark (default 4g)")
    parser.add_argument("--cores", default="*", help="cores of Spark (default: all)")
    parser.add_argument("--small", action="store_true", help="faster on small data")
    return parser.parse_known_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Checks what is needed, starts Spark, runs dbt."""
    options, rest = parse_arguments(arguments)
    try:
        check_java()
        check_packages()
        check_raw_folder(options.raw_path)
        build = dbt_arguments(options.raw_path, parse_variables(options.vars), rest)
        key = hash_key()
        with the_only_build():
            session = start_session(options)
            try:
                set_hash_key(session, key)
                return 0 if run_dbt(build) else 1
            finally:
                session.stop()
    except (CannotStartError, HashKeyError) as error:
        print(error, file=sys.stderr)
        return 2


def run_dbt(arguments: list[str]) -> bool:
    """One dbt command in this process, where the session is."""
    from dbt.cli.main import dbtRunner

    return bool(dbtRunner().invoke(arguments).success)


if __name__ == "__main__":
    sys.exit(main())
