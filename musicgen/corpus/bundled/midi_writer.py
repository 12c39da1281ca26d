"""A score as the bytes of a MIDI file, one track a part; how the library is stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import symusic

from musicgen.score import TICKS_PER_QUARTER, Score

FILE_TICKS_PER_QUARTER = 480  # what every sequencer expects; a multiple of ours
_SCALE = FILE_TICKS_PER_QUARTER // TICKS_PER_QUARTER

assert _SCALE * TICKS_PER_QUARTER == FILE_TICKS_PER_QUARTER


def midi_of_parts(score: Score, part_names: Sequence[str] = ()) -> bytes:
    """A MIDI file with a track for each part and programme, metres and tempo; exact in time.

    part_names: the names of the tracks by part number; "Part 1" and so on where not given.
    """
    file = symusic.Score(FILE_TICKS_PER_QUARTER)
    file.tempos.append(symusic.Tempo(0, score.tempo))
    for metre in score.metres:
        signature = (metre.start * _SCALE, metre.numerator, metre.denominator)
        file.time_signatures.append(symusic.TimeSignature(*signature))
    notes = score.notes
    for number, (part, program) in enumerate(np.unique(notes[["part", "program"]]), 1):
        name = part_names[part] if part < len(part_names) and part_names[part] else ""
        track = symusic.Track(name or f"Part {number}", int(program), False)
        these = notes[(notes["part"] == part) & (notes["program"] == program)]
        track.notes = symusic.Note.from_numpy(
            these["start"] * _SCALE,
            these["duration"] * _SCALE,
            these["pitch"].astype(np.int8),
            these["velocity"].astype(np.int8),
        )
        file.tracks.append(track)
    return bytes(file.dumps_midi())
