"""Text for people: numbers, times, and names that must not be taken for markup."""

from __future__ import annotations

import re

from musicgen.score import Score

_LINK = re.compile(r"(?i)(https?|ftp|www)(?=\\[:.])")  # of an address, once that is escaped
_WORD_JOINER = "\u2060"  # nothing to be seen
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def escape(text: str, most: int = 200) -> str:
    """A name from outside as Markdown that shows it as it is, on one line."""
    line = " ".join(text.split())
    line = line if len(line) <= most else f"{line[: most - 1]}…"
    # An address would become a link, however its marks are escaped.
    return _LINK.sub(rf"\1{_WORD_JOINER}", _MARKUP.sub(r"\\\1", line))


def format_count(number: int, one: str, many: str = "") -> str:
    """`1 piece`, `1,204 pieces`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def format_length(score: Score) -> str:
    """How long a score is: `16 bars`, `16 bars and an upbeat`."""
    return format_count(score.full_bars, "bar") + " and an upbeat" * score.has_pickup


def bar_label(number: int) -> str:
    """`bar 4`; 0 is the upbeat."""
    return f"bar {number}" if number else "upbeat"


def format_duration(seconds: float) -> str:
    """A length of time: `42 s`, `7 min`, `2 h 05 min`, `3 days 4 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02} min"
    return f"{hours // 24} days {hours % 24} h"


def format_bytes(amount: int) -> str:
    """An amount of memory in bytes: `850 MB`, `1.6 GB`."""
    return f"{amount / 1e6:,.0f} MB" if amount < 1e9 else f"{amount / 1e9:,.1f} GB"


def format_clock(seconds: float) -> str:
    """The length of a piece: `3:07`, `1:02:30`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def format_sortable_clock(seconds: float) -> str:
    """`0:03:07`: as text it comes in the order of time, below ten hours."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
