"""Tables that are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet's formula can begin with


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV, in which a spreadsheet takes no name of a file for a formula."""
    words = table.select_dtypes(exclude="number").columns
    return (
        table.assign(**{name: table[name].map(harmless) for name in words})
        .to_csv(index=False)
        .encode()
    )


def harmless(cell: object) -> object:
    """The cell, after a quotation mark where a spreadsheet would work it out."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
