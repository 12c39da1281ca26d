"""Tempi, metres and key signatures of a MIDI file, and what it holds beyond a score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.limits import Limits
from musicgen.corpus.readers.metres import (
    MAX_DENOMINATOR,
    MAX_NUMERATOR,
    Signature,
    metres_from_signatures,
)
from musicgen.corpus.readers.midi.drum_channels import is_drum_message
from musicgen.corpus.readers.midi.events import (
    CHANNEL_PRESSURE,
    CONTROL,
    KEY_PRESSURE,
    NOTE_ON,
    PITCH_BEND,
    MidiEvents,
)
from musicgen.corpus.readers.written_score import phrases
from musicgen.metres import Metre
from musicgen.score_fields import (
    MAX_FIFTHS,
    MAX_TEMPO,
    MIN_TEMPO,
    PEDAL_DOWN,
    KeySignature,
    TempoChange,
    tempo_from_microseconds,
)
from musicgen.theory.general_midi import SUSTAIN_CONTROLLER
from musicgen.ticks import Clock

DEFAULT_TEMPO = 120.0  # quarters a minute, the standard's default
_TEMPO, _TIME_SIGNATURE, _KEY_SIGNATURE = 0x51, 0x58, 0x59
_TEXT, _LYRIC, _MARKER = 0x01, 0x05, 0x06
_BANK_SELECT = (0, 32)  # controllers
_MAX_POWER = 8  # of a denominator: more would be a large number
_MAX_MARK_BYTES = 3  # of a tempo or a signature that count
_CACHED_MARKS = 4096  # files of a collection have much the same ones, each is decoded twice

# Tick, data and track of those of one kind in all tracks, by tick.
_Metas: TypeAlias = Sequence[tuple[int, bytes, int]]


@dataclass(frozen=True)
class MidiMarks:
    """Marks of all tracks of a file, in its ticks and order."""

    tempo: TempoChange  # at the beginning
    tempo_changes: tuple[TempoChange, ...]
    signatures: tuple[Signature, ...]  # tick, numerator and denominator
    keys: tuple[KeySignature, ...]

    @property
    def starts(self) -> np.ndarray:
        """Ticks of all marks: (M,) int64."""
        tempos = [change.start for change in self.tempo_changes]
        keys = [key.start for key in self.keys]
        return np.array([*tempos, *keys, *(mark[0] for mark in self.signatures)], np.int64)

    def tempo_changes_on(self, clock: Clock) -> tuple[TempoChange, ...]:
        """The changes of tempo on a score's clock, all of those at one tick."""
        if not self.tempo_changes:
            return ()
        starts = clock(np.array([change.start for change in self.tempo_changes], np.int64))
        rows = zip(starts.tolist(), self.tempo_changes, strict=True)
        return tuple(change.at(start) for start, change in rows)

    def metres(self, clock: Clock, resolution: int) -> tuple[Metre, ...]:
        """The metres on a score's clock."""
        starts = clock(np.array([signature[0] for signature in self.signatures], np.int64))
        rows = zip(starts.tolist(), self.signatures, strict=True)
        signatures = [
            (start, numerator, denominator) for start, (_, numerator, denominator) in rows
        ]
        return metres_from_signatures(signatures, resolution)


def read_marks(events: MidiEvents, limits: Limits) -> MidiMarks:
    """The marks of a file; raises UnreadableScore if there are more than notes may be."""
    metas: dict[int, list[tuple[int, bytes, int]]] = {}
    for meta in sorted(events.metas, key=lambda meta: meta.tick):
        metas.setdefault(meta.kind, []).append((meta.tick, meta.data, meta.track))
    tempo, changes = _tempos(metas.get(_TEMPO, ()))
    signatures = _time_signatures(metas.get(_TIME_SIGNATURE, ()))
    keys = _key_signatures(metas.get(_KEY_SIGNATURE, ()))
    marks = MidiMarks(tempo, changes, signatures, keys)
    if len(marks.starts) > limits.notes:
        raise UnreadableScore("it changes its tempo, metre or key more often than music does")
    return marks


def _tempos(metas: _Metas) -> tuple[TempoChange, tuple[TempoChange, ...]]:
    """The tempo at the beginning and its changes; tempi out of range do not count."""
    changes = [
        TempoChange(tick, tempo, track == 0)
        for tick, data, track in metas
        if (tempo := _tempo(data[:_MAX_MARK_BYTES])) is not None
    ]
    if not changes or changes[0].start:
        changes.insert(0, TempoChange(0, DEFAULT_TEMPO))
    return changes[0], tuple(changes[1:])


def _time_signatures(metas: _Metas) -> tuple[Signature, ...]:
    """Time signatures; impossible ones are left out."""
    signatures = ((tick, _time_signature(data[:_MAX_MARK_BYTES])) for tick, data, _ in metas)
    return tuple((tick, *signature) for tick, signature in signatures if signature)


def _key_signatures(metas: _Metas) -> tuple[KeySignature, ...]:
    """Key signatures; impossible ones are left out."""
    by_tick: dict[int, KeySignature] = {}
    for tick, data, _ in metas:
        if key := _key_signature(data[:_MAX_MARK_BYTES]):
            by_tick[tick] = KeySignature(tick, *key)
    return tuple(by_tick[tick] for tick in sorted(by_tick))


@lru_cache(_CACHED_MARKS)
def _tempo(data: bytes) -> float | None:
    """Quarters a minute of a meta event; None if it is cut or out of range."""
    microseconds = int.from_bytes(data[:3], "big")
    if len(data) < 3 or not microseconds:
        return None
    tempo = tempo_from_microseconds(microseconds)
    return tempo if MIN_TEMPO <= tempo <= MAX_TEMPO else None


@lru_cache(_CACHED_MARKS)
def _time_signature(data: bytes) -> tuple[int, int] | None:
    """Numerator and denominator of a meta event; None if no metre has them."""
    if len(data) < 2 or data[1] > _MAX_POWER:
        return None
    numerator, denominator = data[0], 2 ** data[1]
    is_possible = 1 <= numerator <= MAX_NUMERATOR and denominator <= MAX_DENOMINATOR
    return (numerator, denominator) if is_possible else None


@lru_cache(_CACHED_MARKS)
def _key_signature(data: bytes) -> tuple[int, bool] | None:
    """Sharps and mode of a meta event; None if no key has them."""
    fifths = int.from_bytes(data[:1], "big", signed=True)
    return (fifths, data[1] == 1) if len(data) >= 2 and abs(fifths) <= MAX_FIFTHS else None


_IMPOSSIBLE: dict[int, tuple[str, Callable[[bytes], object | None]]] = {
    _TEMPO: (f"tempo marks outside {MIN_TEMPO:g} to {MAX_TEMPO:,.0f} quarters a minute", _tempo),
    _TIME_SIGNATURE: ("impossible time signatures", _time_signature),
    _KEY_SIGNATURE: ("impossible key signatures", _key_signature),
}


def left_out(events: MidiEvents) -> tuple[str, ...]:
    """What a file holds beyond a score, with counts: `12 pitch bends`."""
    of_kinds = np.bincount(events.kinds, minlength=16).tolist()
    banks, others = _controls(events) if of_kinds[CONTROL] else (0, 0)
    kinds = [meta.kind for meta in events.metas]
    counts = {
        "controller changes": others,
        "bank selections": banks,
        "pitch bends": of_kinds[PITCH_BEND],
        "aftertouch events": of_kinds[KEY_PRESSURE] + of_kinds[CHANNEL_PRESSURE],
        "lyrics": kinds.count(_LYRIC),
        "markers": kinds.count(_MARKER),
        "missing tracks": events.missing_tracks,  # of those that its header counts
        "~what stands outside of its tracks": events.has_strays,
        "~what stands after the end of a track": events.unread_tracks,
        **_impossible_marks(events),
    }
    if of_kinds[CONTROL]:
        counts["pedal changes of channels without notes"] = _pedals_without_notes(events)
    if events.exclusives:
        messages = [message for message in events.exclusives if not is_drum_message(message.data)]
        counts["system-exclusive messages"] = len(messages)
    if _TEXT in kinds:  # those at the beginning are titles and remarks
        counts["texts"] = sum(meta.kind == _TEXT and meta.tick > 0 for meta in events.metas)
    return phrases(counts)


def _impossible_marks(events: MidiEvents) -> dict[str, int]:
    """Number of tempi, time signatures and key signatures that do not count."""
    names = [
        _IMPOSSIBLE[meta.kind][0]
        for meta in events.metas
        if meta.kind in _IMPOSSIBLE
        and _IMPOSSIBLE[meta.kind][1](meta.data[:_MAX_MARK_BYTES]) is None
    ]
    return {name: names.count(name) for name in names}


def _controls(events: MidiEvents) -> tuple[int, int]:
    """Number of bank selections, and of controller changes that are none and no pedals."""
    counts = np.bincount(events.first[events.kinds == CONTROL], minlength=128).tolist()
    banks = sum(counts[controller] for controller in _BANK_SELECT)
    return banks, sum(counts) - counts[SUSTAIN_CONTROLLER] - banks


def _pedals_without_notes(events: MidiEvents) -> int:
    """Number of pedal changes of channels that press the pedal and have no notes in any track.

    Channels that only release it say no more than where everything begins.
    """
    is_pedal = (events.kinds == CONTROL) & (events.first == SUSTAIN_CONTROLLER)
    if not is_pedal.any():
        return 0
    has_notes = _channels_with(events, (events.kinds == NOTE_ON) & (events.second > 0))
    is_pressed = _channels_with(events, is_pedal & (events.second >= PEDAL_DOWN))
    return int((is_pressed & ~has_notes)[events.channels[is_pedal]].sum())


def _channels_with(events: MidiEvents, is_wanted: np.ndarray) -> np.ndarray:
    """Whether each channel has one of the wanted events: (E,) -> (16,)."""
    return np.bincount(events.channels[is_wanted], minlength=16) > 0
