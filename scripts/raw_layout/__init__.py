"""Where raw extracts lie and what is in them: files, headers, `_extract.json`, and what is wrong.

A folder of extracts holds `<channel>/<entity>.csv` or `.parquet`, or several files of one table as
`<channel>/<entity>/*.csv` or `*.parquet`. What begins with `_` or `.` is not looked at.
Nothing here prints or returns a value of the data in a message: values may be personal.
"""

from .checks import check
from .layout import RawFile, RawTable, documented_tables, extract_info, raw_files, reject_files
from .messages import Findings, RawError
from .parquet_files import Column

__all__ = [
    "Column",
    "Findings",
    "RawError",
    "RawFile",
    "RawTable",
    "check",
    "documented_tables",
    "extract_info",
    "raw_files",
    "reject_files",
]
