"""Layers of notes: those that overlap on a key are written into tracks of their own.

Readers of MIDI files end the oldest note of a key first, so that a note within another of its key
would come back with the other's end; and a synthesizer ends both with the first release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.score import Score
from musicgen.score_fields import NO_RELEASE

MAX_LAYERS = 16  # notes beyond are in the last, where the oldest ends first


@dataclass(frozen=True)
class Layer:
    """Notes of the parts that share a channel of a track, which one track of a file can hold."""

    track: int  # of the score
    channel: int  # 0 to 15
    members: tuple[int, ...]  # numbers of the parts
    notes: np.ndarray  # (N,) NOTE_DTYPE in order
    level: int = 0  # those beyond 0 have what does not fit into the others


def score_layers(score: Score, channels: Sequence[int], free: Sequence[int]) -> list[Layer]:
    """The notes of a score in layers, by track and channel; pitched ones beyond 0 get a free one.

    channels: of each part. free: channels that no part has. Notes of a part that was read from a
    MIDI file stay on its channel.
    """
    members: dict[tuple[int, int], list[int]] = {}
    for number, (part, channel) in enumerate(zip(score.parts, channels, strict=True)):
        members.setdefault((part.track, channel), []).append(number)
    unused, layers = list(free), []
    for (track, channel), group in members.items():
        parts = [score.parts[number] for number in group]
        is_strict = any(part.channel is None for part in parts)
        notes = score.notes[np.isin(score.notes["part"], group)]
        level_of = note_layers(notes, score.releases, is_strict)
        for level in range(int(level_of.max(initial=0)) + 1):
            moves = level and is_strict and unused and not parts[0].is_drum
            of_level = unused.pop(0) if moves else channel
            layers.append(Layer(track, of_level, tuple(group), notes[level_of == level], level))
    return layers


def note_layers(notes: np.ndarray, releases: np.ndarray, is_strict: bool) -> np.ndarray:
    """Layer of each note of one channel of a track: (N,) NOTE_DTYPE in order -> (N,) int64.

    releases: (R,) RELEASE_DTYPE; notes without one are in layer 0. is_strict: in a layer, a key
    sounds once at a time; else notes overlap if they also end in the order of their beginnings.
    """
    layers = np.zeros(len(notes), np.int64)
    order = np.argsort(notes["pitch"], kind="stable")
    pitch, start = notes["pitch"][order], notes["start"][order]
    end = start + notes["duration"][order]
    overlaps = (pitch[1:] == pitch[:-1]) & (start[1:] < end[:-1])
    is_released = np.array(programs_at_release(notes, releases), np.int64) != NO_RELEASE
    for key in np.unique(pitch[1:][overlaps]).tolist():
        rows = order[pitch == key]
        ends: list[int] = []  # of the last note of each layer
        for row in rows[is_released[rows]].tolist():
            first, last = (
                int(notes["start"][row]),
                int(notes["start"][row] + notes["duration"][row]),
            )
            latest = first if is_strict else last
            fitting = (i for i, before in enumerate(ends) if before <= latest)
            layers[row] = layer = next(fitting, min(len(ends), MAX_LAYERS - 1))
            ends[layer : layer + 1] = [last]
    return layers


def programs_at_release(notes: np.ndarray, releases: np.ndarray) -> list[int]:
    """Program that the channel of each note has when it is released, or NO_RELEASE: (N,).

    notes: (N,) NOTE_DTYPE in order. releases: (R,) RELEASE_DTYPE in order; all other notes are
    released under their own program. Of notes that start together on a key, the later ones are
    those without a release.
    """
    programs: list[int] = notes["program"].tolist()
    if not len(releases):
        return programs
    listed: dict[tuple[int, ...], list[int]] = {}
    for start, pitch, part, program in reversed(releases.tolist()):
        listed.setdefault((start, pitch, part), []).append(program)
    rows = notes[["start", "pitch", "part"]].tolist()
    for index in range(len(rows) - 1, -1, -1):
        if of_note := listed.get(rows[index]):
            programs[index] = of_note.pop()
    return programs


def last_to_end(notes: np.ndarray, releases: np.ndarray) -> bool:
    """Whether a note of a layer lasts to the end of its track: no release of its key follows it.

    notes: (N,) NOTE_DTYPE in order. releases: (R,) RELEASE_DTYPE in order.
    """
    if not (releases["program"] == NO_RELEASE).any():
        return False
    is_open = np.array(programs_at_release(notes, releases), np.int64) == NO_RELEASE
    ends = notes["start"] + notes["duration"]
    return any(
        not ((notes["pitch"] == row["pitch"]) & ~is_open & (ends > row["start"])).any()
        for row in notes[is_open]
    )
