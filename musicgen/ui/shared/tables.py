"""Tables as CSV files for download."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as CSV in which a spreadsheet takes no text for a formula."""
    text_columns = table.select_dtypes(exclude="number").columns
    return (
        table.assign(**{name: table[name].map(escape_formula) for name in text_columns})
        .to_csv(index=False)
        .encode()
    )


def escape_formula(cell: object) -> object:
    """Return a cell with a quotation mark before text that a spreadsheet would evaluate."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
