"""Counts, durations and names as people read them."""

import pytest

from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.ticks import clock_text
from musicgen.ui.shared.text import (
    escape,
    format_bytes,
    format_count,
    format_duration,
    format_length,
    format_metric,
    format_progress,
    format_sortable_clock,
    score_facts,
)


def test_counts() -> None:
    assert format_count(1, "piece") == "1 piece"
    assert format_count(1204, "piece") == "1,204 pieces"
    assert format_count(2, "leaf", "leaves") == "2 leaves"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (42.4, "42 s"), (99.6, "100 s"), (420, "7 min"), (7500, "2 h 05 min"),
     (3 * 86400 + 4 * 3600, "3 days 4 h")],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_what_has_gone_and_what_is_left_add_up() -> None:
    assert [format_progress(seconds) for seconds in (42, 213, 87, 600, 5400)] == [
        "42 s", "3 min 33 s", "87 s", "10 min", "90 min"
    ]  # fmt: skip


def test_the_length_of_a_score_leaves_the_upbeat_out() -> None:
    notes = notes_from([(0, 24, 60), (24, 192, 62)])
    assert (
        format_length(Score(notes, metres=(Metre(0, 1, 4), Metre(24, 4, 4))))
        == "2 bars and an upbeat"
    )
    assert format_length(Score(notes)) == "3 bars"
    assert format_length(Score(notes[:1], metres=(Metre(0, 1, 4), Metre(24, 4, 4)))) == "1 bar"


def test_clock() -> None:
    assert clock_text(187) == "3:07"
    assert clock_text(10.5) == "0:11"  # as in the player
    assert clock_text(3750) == "1:02:30"


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 MB"), (850_400_000, "850 MB"), (1_560_000_000, "1.6 GB")]
)
def test_amounts_of_memory(number: int, text: str) -> None:
    assert format_bytes(number) == text


def test_markup_in_names_is_escaped() -> None:
    assert escape("**a** <b>") == r"\*\*a\*\* \<b\>"
    assert escape("[x](y) $a$ :red[z] `c`") == r"\[x\]\(y\) \$a\$ \:red\[z\] \`c\`"
    assert escape("two\nlines\t here") == "two lines here"
    assert escape("a" * 300) == "a" * 199 + "…"
    assert escape("🎵 ü") == "🎵 ü"


def test_a_url_does_not_become_a_link() -> None:
    for url in ("http://e.vil", "HTTPS://e.vil", "www.e.vil"):
        shown = escape(url)
        assert url not in shown.replace("\\", "")
        assert shown.replace("\\", "").replace("\u2060", "") == url


def test_sortable_clocks_sort_by_time() -> None:
    seconds = [7, 30, 120, 720, 6300, 35_999]
    clocks = [format_sortable_clock(second) for second in seconds]
    assert clocks == sorted(clocks)
    assert [clock.strip() for clock in clocks] == [
        *("0:07", "0:30", "2:00", "12:00", "1:45:00", "9:59:59"),
    ]


def test_a_performance_has_its_length_once() -> None:
    notes = notes_from([(0, 24, 60), (24, 192, 62)])
    assert score_facts(Score(notes)) == ["3 bars", "2 notes", "0:05"]  # 4.5 s, as in the player
    assert score_facts(Score(notes, is_performance=True)) == ["0:05", "2 notes"]


def test_a_metric_has_its_unit_and_a_share_is_in_percent() -> None:
    assert format_metric("share", 0.864) == "86%"
    assert format_metric("share", 0.88, 0.976) == "88% to 98%"
    assert format_metric("share", 0.004, 0.04) == "0.4% to 4%"
    assert format_metric("semitones", 31.0) == "31 semitones"
    assert format_metric("semitones", 10.66) == "10.66 semitones"
    assert format_metric("pitches", 22.0, 62.4) == "22 to 62.4 pitches"
    assert format_metric("notes", 480.25) == "480 notes"
    assert format_metric("notes", 9.48, 19.67) == "9.48 to 19.67 notes"
