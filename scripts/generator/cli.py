"""The command line of the generator: arguments in, files out."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from .config import DIVISIONS, PROJECT, Settings, Stream
from .damage import damage_folder, record_damage
from .schema import TABLES, Table
from .writer import STEPS, generate

# The sample has fewer visits than its people would pay, for the size of the repository.
SAMPLE = Settings(records=1_650, seed=20240101, noise="default", browsing=0.45)
SAMPLE_FOLDER = PROJECT / "seeds" / "raw"
MOST_RECORDS = 20_000_000

DESCRIPTION = """\
Writes raw extracts of one company whose true persons and injected errors are known.

OUT/<channel>/<entities>.<format>  the raw files, every value as text
OUT/_extract.json                  the day of the extracts, full or delta per channel
OUT/truth/records.parquet          record_id, person_id, is_test_account: whose each account
                                   record really is
OUT/truth/mentions.parquet         mention_id, person_id: whose each ticket, answer to a survey,
                                   touch, receipt without member and session is
OUT/truth/tickets.parquet          ticket_id, person_id, complaint_type (none when no complaint)
OUT/truth/behavior.parquet         each person's favourite categories, promotion sensitivity,
                                   purchases of own wish per day, and when buying began and ended
OUT/truth/causes.parquet           order_id, cause: the advertisement or campaign without which
                                   the purchase would not have been
OUT/truth/orders.parquet           order_id, person_id, exclusion_reason (why it should not
                                   count), scheme (of faked orders and of what looks like them)
OUT/truth/people.parquet           each person: household, kind, name, birth date, customer_class
                                   (consumer, employee, reseller, suspected_abuse, test), ...
OUT/truth/errors.parquet           channel, entity, record_key, column_name, kind, original,
                                   injected, source_row (record number in the file): every error,
                                   the key as it was before it
OUT/truth/parameters.json          every parameter, rate and convention of the drawn world

The same arguments give the same files. The folder appears complete or not at all.
"""
EPILOG = """\
examples:
  python scripts/generate.py --records 100000 --out data/generated --format parquet
  python scripts/generate.py --sample        rewrites the committed sample in seeds/raw

exit codes: 0 written, 1 could not write, 2 bad arguments
"""


class UsageError(Exception):
    """What is wrong with the arguments and what to do, in one line."""


class Parser(argparse.ArgumentParser):
    """Raises what is wrong instead of printing usage."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """One line for one mistake."""
        raise UsageError(f"{message}; see --help")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options, or a UsageError."""
    parser = Parser(
        prog="generate.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--records",
        type=int,
        metavar="N",
        help="number of account records: CRM customers, shop accounts, store members, followers"
        " and contacts of guides together",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to make")
    parser.add_argument(
        "--format", choices=("csv", "parquet"), default="csv", help="of the raw files (default csv)"
    )
    parser.add_argument(
        "--seed", type=int, default=SAMPLE.seed, metavar="S", help="default %(default)s"
    )
    parser.add_argument(
        "--noise",
        choices=("none", "default", "heavy"),
        default="default",
        help="none: clean ISO text; default: errors at the rates of scripts/generator/noise.py;"
        " heavy: twice as many, and files that only intake reads",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace the folder when it holds an earlier run"
    )
    parser.add_argument(
        "--sample",
        action="store_true",
        help="write the committed sample into seeds/raw; takes no other argument",
    )
    options = parser.parse_args(arguments)
    if options.sample:
        if [argument for argument in arguments if argument != "--sample"]:
            raise UsageError("--sample takes no other argument: leave the others out")
        return options
    if options.records is None or options.out is None:
        raise UsageError("--records N and --out DIR are needed (or --sample alone); see --help")
    if not 1 <= options.records <= MOST_RECORDS:
        raise UsageError(f"--records must be from 1 to {MOST_RECORDS}, not {options.records}")
    if options.noise == "heavy" and options.format != "csv":
        raise UsageError("heavy noise breaks CSV files: choose --format csv")
    if options.seed < 0:
        raise UsageError(f"--seed must not be negative, not {options.seed}")
    if options.out.exists() and not options.out.is_dir():
        raise UsageError(f"{options.out} is a file: name a folder")
    if options.out.is_dir() and any(options.out.iterdir()) and not options.overwrite:
        raise UsageError(f"{options.out} is not empty: name another folder, or add --overwrite")
    if options.out.is_dir() and any(options.out.iterdir()) and not is_generated(options.out):
        raise UsageError(
            f"{options.out} holds files that this script did not write: name another folder"
        )
    return options


def is_generated(folder: Path) -> bool:
    """Whether a folder holds what this script writes and nothing else, so that it may go."""
    expected = {table.channel for table in TABLES.values()} | {"truth", "_extract.json"}
    return {entry.name for entry in folder.iterdir()} <= expected


def raw_file(table: Table, file_format: str) -> str:
    """Where the raw layout has a table."""
    return f"{table.channel}/{table.entity}.{file_format}"


def write_folder(settings: Settings, out: Path, file_format: str) -> dict[str, int]:
    """Generates beside the folder, then puts it in place in one step."""
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        with tqdm(total=len(STEPS), disable=None, unit="step", file=sys.stderr) as bar:

            def progress(step: str) -> None:
                bar.set_description(step)
                bar.update()

            counts = generate(
                settings,
                beside,
                file_format,
                lambda table: raw_file(table, file_format),
                progress=progress,
            )
        if settings.noise == "heavy":
            record_damage(beside, damage_folder(beside, settings.stream(Stream.DAMAGE)))
        beside.chmod(0o755)
        if out.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
            out.rename(old / "old")
            beside.rename(out)
            shutil.rmtree(old)
        else:
            beside.rename(out)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return counts


def write_sample(folder: Path) -> dict[str, int]:
    """The committed seeds; other files of the folder stay."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".sample.") as beside:
        counts = generate(
            SAMPLE, Path(beside), "csv", lambda table: table.seed_file, with_truth=False
        )
        for table in TABLES.values():
            (folder / table.channel).mkdir(exist_ok=True)
            (Path(beside) / table.seed_file).replace(folder / table.seed_file)
        (Path(beside) / "_extract.json").replace(folder / "_extract.json")
    return counts


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns its exit code."""
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        if not DIVISIONS.is_file():
            raise UsageError(f"{DIVISIONS} is missing: restore the reference seed")
        if options.sample:
            counts, where = write_sample(SAMPLE_FOLDER), SAMPLE_FOLDER
        else:
            settings = Settings(records=options.records, seed=options.seed, noise=options.noise)
            counts, where = write_folder(settings, options.out, options.format), options.out
    except UsageError as error:
        print(f"generate.py: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"generate.py: cannot write: {error}", file=sys.stderr)
        return 1
    print(f"{sum(counts.values())} rows of {len(counts)} tables in {where}")
    return 0
