"""Text for people: escaped names, counts, durations, sizes."""

from __future__ import annotations

import re

from musicgen.score import Score
from musicgen.ticks import clock_text

# Fields of a step whose names say little, in words.
FIELD_WORDS = {"shift": "time since the note before", "next": "time until the part goes on"}
_URL = re.compile(r"(?i)(https?|ftp|www)(?=\\[:.])")  # the start of a URL whose marks are escaped
_WORD_JOINER = "\u2060"  # invisible
_CLOCK_CHARACTERS = len("1:02:30")
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def escape(text: str, max_length: int = 200) -> str:
    """Return Markdown that shows a text from outside literally, on one line."""
    line = " ".join(text.split())
    line = line if len(line) <= max_length else f"{line[: max_length - 1]}…"
    # Streamlit links a bare URL even when its marks are escaped.
    return _URL.sub(rf"\1{_WORD_JOINER}", _MARKUP.sub(r"\\\1", line))


def format_count(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: `1 piece`, `1,204 pieces`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def step_word(encoding_name: str) -> str:
    """What a step of an encoding is, as losses are counted: a note, a token, or else a step."""
    return {"events": "note", "notes": "token"}.get(encoding_name, "step")


def format_length(score: Score) -> str:
    """Return the length of a score: `16 bars`, `16 bars and an upbeat`; of a performance `0:32`."""
    if score.is_performance:
        return clock_text(score.seconds)
    return format_count(score.full_bars, "bar") + " and an upbeat" * score.has_pickup


def score_facts(score: Score) -> list[str]:
    """Return `16 bars`, `120 notes`, `0:32`; of a performance, which has no bars, the others."""
    facts = (format_length(score), format_count(len(score), "note"), clock_text(score.seconds))
    return list(dict.fromkeys(facts))


def checkpoint_label(folder: str) -> str:
    """Return the folder of a checkpoint in words: `epoch 13`, `best`."""
    return re.sub(r"^epoch-0*(\d+)$", r"epoch \1", folder)


def bar_label(number: int) -> str:
    """Return the name of a bar: `bar 4`; `upbeat` for 0."""
    return f"bar {number}" if number else "upbeat"


def format_metric(unit: str, *values: float) -> str:
    """Return a metric's value, or a range of it: `5%`, `0 to 62.4 semitones`, `3.10 bits`."""
    if unit == "share":
        # What is above 0 is not written as 0: it may be a limit that a value of 0 is below.
        return " to ".join(f"{value:.{int(0 < value < 0.01)}%}" for value in values)
    largest = max(map(abs, values))
    digits = 2 if largest < 20 else 1 if largest < 100 else 0
    texts = (f"{value:.{digits}f}".removesuffix("." + "0" * digits) for value in values)
    return f"{' to '.join(texts)} {unit}".rstrip()


def format_duration(seconds: float) -> str:
    """Return a time span: `42 s`, `7 min`, `2 h 05 min`, `3 days 4 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02} min"
    return f"{hours // 24} days {hours % 24} h"


def format_progress(seconds: float) -> str:
    """Return a time that runs, with its seconds below ten minutes: `42 s`, `4 min 07 s`, `12 min`.

    What has gone and what is left then add up to the limit.
    """
    if not 100 <= seconds < 600:
        return format_duration(seconds)
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes} min {seconds:02} s"


def format_bytes(number: int) -> str:
    """Return an amount of memory: `850 MB`, `1.6 GB`."""
    return f"{number / 1e6:,.0f} MB" if number < 1e9 else f"{number / 1e9:,.1f} GB"


def format_sortable_clock(seconds: float) -> str:
    """Return the duration of a piece as text that is sorted by time, below ten hours.

    Spaces before it, which are sorted before digits, make `3:07` as wide as `1:02:30`.
    """
    return clock_text(seconds).rjust(_CLOCK_CHARACTERS)
