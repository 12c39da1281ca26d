"""Names of collections, runs and pieces: any script, safe as folder names."""

from __future__ import annotations

import pytest

from musicgen.paths import MAX_NAME_BYTES, BadName, checked_name


@pytest.mark.parametrize(
    "name",
    ["Bach, J.S. (a+b) & c's", "_draft", "7 Lieder", "Скрипка", "古琴曲", "हिन्दी", "שירים", "Ü-1"],
)
def test_letters_of_all_scripts_are_allowed(name: str) -> None:
    assert checked_name(name) == name


def test_names_are_normalized() -> None:
    assert checked_name("U\u0308bung e\u0301") == "Übung é"


UNSAFE = ["", " a", "a ", ".a", "a.", "..", "a/b", "a\\b", "a\0b", "a\nb", "a:b", "-a", "x" * 65]
STRANGE = ["🎵", "a🎵", "\u0301a", "a\u202eb", "a\u2044b", "a\uff0fb", "a\u3000b", "\udc80"]


@pytest.mark.parametrize("name", UNSAFE + STRANGE)
def test_bad_names_are_refused_with_a_printable_message(name: str) -> None:
    with pytest.raises(BadName, match="cannot be a name") as refused:
        checked_name(name)
    str(refused.value).encode()


def test_names_are_limited_in_bytes() -> None:
    letter = "\U0001d49c"  # four bytes
    assert checked_name(letter * (MAX_NAME_BYTES // 4))
    with pytest.raises(BadName, match="too long"):
        checked_name(letter * (MAX_NAME_BYTES // 4 + 1))
