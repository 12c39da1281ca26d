"""General MIDI names of parts, instruments and percussion keys."""

from musicgen.score_fields import Part
from musicgen.theory.general_midi import (
    instrument_name,
    part_instrument,
    part_name,
    percussion_name,
)
from tests.helpers.bands import CLOSED_HAT, CRASH, KICK, OPEN_HAT, SNARE


def test_a_part_is_called_as_its_source_calls_it_or_by_its_instrument():
    assert part_name(Part("Soprano", 52)) == "Soprano"
    assert part_name(Part("", 33)) == part_instrument(Part("Bass", 33)) == "Electric Bass (finger)"


def test_drum_parts_are_named_by_their_kit():
    assert part_instrument(Part("", 0, True)) == "Drums"
    assert part_instrument(Part("", 32, True)) == "Drums (Jazz kit)"
    assert part_name(Part("Beat", 0, True)) == "Beat"


def test_percussion_keys_have_general_midi_names():
    names = [percussion_name(key) for key in (KICK, SNARE, CLOSED_HAT, OPEN_HAT, CRASH)]
    assert names == [
        "Bass Drum 1",
        "Acoustic Snare",
        "Closed Hi Hat",
        "Open Hi Hat",
        "Crash Cymbal 1",
    ]


def test_every_key_and_program_has_a_name_of_its_own():
    assert percussion_name(28) == "Slap" and percussion_name(20) == "Percussion 20"
    assert len({percussion_name(key) for key in range(128)}) == 128
    assert len({instrument_name(program) for program in range(128)}) == 128
