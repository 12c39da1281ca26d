"""Numbers, times and names as people read them."""

import pytest

from musicgen.ui.words import clock, count, plain, size, span


def test_counts() -> None:
    assert count(1, "piece") == "1 piece"
    assert count(1204, "piece") == "1,204 pieces"
    assert count(2, "leaf", "leaves") == "2 leaves"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (42.4, "42 s"), (99.6, "100 s"), (420, "7 min"), (7500, "2 h 05 min"),
     (3 * 86400 + 4 * 3600, "3 days 4 h")],
)  # fmt: skip
def test_spans(seconds: float, said: str) -> None:
    assert span(seconds) == said


def test_clock() -> None:
    assert clock(187) == "3:07"
    assert clock(3750) == "1:02:30"


@pytest.mark.parametrize(
    ("amount", "said"), [(0, "0 MB"), (850_400_000, "850 MB"), (1_560_000_000, "1.6 GB")]
)
def test_amounts_of_memory(amount: int, said: str) -> None:
    assert size(amount) == said


def test_names_are_not_taken_for_markup() -> None:
    assert plain("**a** <b>") == r"\*\*a\*\* \<b\>"
    assert plain("[x](y) $a$ :red[z] `c`") == r"\[x\]\(y\) \$a\$ \:red\[z\] \`c\`"
    assert plain("two\nlines\t here") == "two lines here"
    assert plain("a" * 300) == "a" * 199 + "…"
    assert plain("🎵 ü") == "🎵 ü"
