"""Metres from written bars and from time signatures."""

from musicgen.corpus.readers.metres import metres_from_bars, metres_from_signatures
from musicgen.metres import COMMON_TIME, Metre


def test_full_bars_have_one_metre() -> None:
    assert metres_from_bars([(0, 3, 4), (72, 3, 4), (144, 3, 4)]) == (Metre(0, 3, 4),)


def test_a_short_first_bar_is_a_pickup() -> None:
    assert metres_from_bars([(0, 4, 4), (24, 4, 4), (120, 4, 4)]) == (
        Metre(0, 1, 4),
        Metre(24, 4, 4),
    )
    assert metres_from_bars([(0, 6, 8), (12, 6, 8), (84, 6, 8)]) == (
        Metre(0, 1, 8),
        Metre(12, 6, 8),
    )


def test_a_bar_split_by_a_repeat_sign_is_one_bar() -> None:
    pickup_and_halves = [(0, 2, 4), (12, 2, 4), (60, 2, 4), (96, 2, 4), (108, 2, 4), (156, 2, 4)]
    assert metres_from_bars(pickup_and_halves) == (Metre(0, 1, 8), Metre(12, 2, 4))


def test_a_bar_of_another_length_has_its_own_metre() -> None:
    assert metres_from_bars([(0, 4, 4), (96, 4, 4), (168, 4, 4), (264, 4, 4)]) == (
        Metre(0, 4, 4),
        Metre(96, 3, 4),
        Metre(168, 4, 4),
    )
    assert metres_from_bars([(0, 2, 4), (51, 2, 4)]) == (Metre(0, 17, 32), Metre(51, 2, 4))


def test_the_length_of_a_pickup_is_rounded_up_to_a_metre() -> None:
    assert metres_from_bars([(0, 4, 4), (8, 4, 4), (104, 4, 4)]) == (
        Metre(0, 3, 32),
        Metre(8, 4, 4),
    )


def test_the_default_is_common_time() -> None:
    assert metres_from_bars([]) == (COMMON_TIME,)
    assert metres_from_bars([(96, 3, 4), (168, 3, 4)]) == (COMMON_TIME, Metre(96, 3, 4))


def test_an_impossible_time_signature_is_replaced_by_the_bar_s_length() -> None:
    assert metres_from_bars([(0, 8, 64), (12, 8, 64)])[0] == Metre(0, 1, 8)
    assert metres_from_bars([(0, 99, 4)]) == (COMMON_TIME,)


def test_changes_of_metre() -> None:
    assert metres_from_bars([(0, 4, 4), (96, 3, 4), (168, 3, 4), (240, 4, 4)]) == (
        Metre(0, 4, 4),
        Metre(96, 3, 4),
        Metre(240, 4, 4),
    )


def test_a_repeated_signature_counts_if_it_shifts_bar_lines() -> None:
    assert metres_from_signatures([(0, 4, 4), (192, 4, 4)]) == (COMMON_TIME,)
    assert metres_from_signatures([(0, 4, 4), (120, 4, 4)]) == (COMMON_TIME, Metre(120, 4, 4))
    assert metres_from_signatures([]) == (COMMON_TIME,)
