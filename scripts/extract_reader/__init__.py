"""Reads extracts in the state in which they come, and keeps every line that cannot be read.

`encoding` finds the encoding, `lines` cuts text into lines, `header` finds the column names and the
separator, `records` makes records of lines, `spreadsheet` reads workbooks, `parquet` writes, and
`conversion` does all this to a folder. Nothing here prints a value of the data.
"""
