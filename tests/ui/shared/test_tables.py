"""CSV files as a spreadsheet opens them."""

import csv
import io

import pandas as pd

from musicgen.ui.shared.tables import csv_bytes


def test_no_text_is_a_formula_to_a_spreadsheet() -> None:
    names = ["=1+1.mid", "+a", "-b", "@c", "\td", "a=b.mid", "", 'the "best", ü']
    table = pd.DataFrame({"file": names, "change": range(-4, 4), "empty": [None] * 8})
    rows = list(csv.DictReader(io.StringIO(csv_bytes(table).decode())))
    assert [row["file"] for row in rows] == [
        "'=1+1.mid", "'+a", "'-b", "'@c", "'\td", "a=b.mid", "", 'the "best", ü'
    ]  # fmt: skip
    assert [row["change"] for row in rows] == [str(number) for number in range(-4, 4)]
    assert {row["empty"] for row in rows} == {""}
