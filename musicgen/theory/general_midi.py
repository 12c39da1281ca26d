"""General MIDI: names of parts, of their instruments and of percussion keys."""

from __future__ import annotations

from musicgen.score_fields import Part

DRUMS = "Drums"
DRUM_CHANNEL = 9  # of 0 to 15; files that count from 1 call it 10
SUSTAIN_CONTROLLER = 64
# General MIDI 2 adds these to the keys 35 to 81 of General MIDI 1.
_MORE_PERCUSSION = {
    27: "High Q", 28: "Slap", 29: "Scratch Push", 30: "Scratch Pull", 31: "Sticks",
    32: "Square Click", 33: "Metronome Click", 34: "Metronome Bell", 82: "Shaker",
    83: "Jingle Bell", 84: "Bell Tree", 85: "Castanets", 86: "Mute Surdo", 87: "Open Surdo",
}  # fmt: skip
_KITS = {  # of drum parts, by program; 0 is the standard kit
    8: "Room", 16: "Power", 24: "Electronic", 25: "Analog", 32: "Jazz", 40: "Brush",
    48: "Orchestra", 56: "SFX",
}  # fmt: skip


def part_name(part: Part) -> str:
    """Name of a part: the source's, else that of its instrument."""
    return part.name or part_instrument(part)


def part_instrument(part: Part) -> str:
    """Instrument of a part: `Electric Bass (finger)`, or for drums `Drums (Jazz kit)`."""
    if not part.is_drum:
        return instrument_name(part.program)
    kit = _KITS.get(part.program)
    return f"{DRUMS} ({kit} kit)" if kit else DRUMS


def instrument_name(program: int) -> str:
    """Name of a General MIDI program, 0 to 127: 0 is `Acoustic Grand Piano`."""
    import pretty_midi  # half a second

    name: str = pretty_midi.program_to_instrument_name(program)
    return name


def percussion_name(key: int) -> str:
    """Name of a percussion key: 36 is `Bass Drum 1`; `Percussion 20` where it has none."""
    import pretty_midi

    name = _MORE_PERCUSSION.get(key) or pretty_midi.note_number_to_drum_name(key)
    return name or f"Percussion {key}"
