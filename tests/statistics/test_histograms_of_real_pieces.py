"""Histograms of real pieces, compared with music21 and pretty_midi."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from itertools import pairwise

import numpy as np
import pretty_midi
import pytest

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.readers.read_score import read_score
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.statistics.histogram import Histogram
from musicgen.statistics.note_values import NOTE_VALUES, nearest_named
from musicgen.statistics.overview import overview
from musicgen.statistics.pitch_histograms import intervals, note_frequency, pitch_classes, pitches
from musicgen.statistics.rhythm_histograms import (
    durations,
    metres,
    onsets_in_bar,
    polyphony,
    tempi,
    velocities,
)
from musicgen.theory.keys import find_keys
from tests.helpers.locations import CORPORA

PIANO = CORPORA / "piano92/waltz_de_choco.mid"
EVERY_NTH = 80  # piece of each bundled collection
FIRST = 40  # of these


def files():
    for collection in bundled_collections():
        with zipfile.ZipFile(collection.path) as archive:
            for name in archive.namelist()[FIRST::EVERY_NTH]:
                yield name, archive.read(name)


PIECES = [(read_score(data, name), data) for name, data in files()]


@pytest.fixture(params=PIECES, ids=lambda piece: piece[0].name)
def piece(request):
    score, data = request.param
    return score, pretty_midi.PrettyMIDI(io.BytesIO(data)), data


def test_pitch_classes_equal_pretty_midi(piece):
    score, theirs, _ = piece
    result = pitch_classes([score])
    ours = np.zeros(12)
    ours[result.values] = result.counts
    assert np.array_equal(ours, theirs.get_pitch_class_histogram(normalize=False))


def test_notes_and_seconds_equal_pretty_midi(piece):
    score, theirs, _ = piece
    result = overview([score])
    assert result.notes == sum(len(part.notes) for part in theirs.instruments)
    assert result.seconds == pytest.approx(theirs.get_end_time(), abs=0.01)


def test_pitches_equal_pretty_midi(piece):
    score, theirs, _ = piece
    expected = np.bincount([note.pitch for part in theirs.instruments for note in part.notes])
    result = pitches([score])
    assert np.array_equal(expected[expected > 0], result.counts)
    assert np.array_equal(np.flatnonzero(expected), result.values)


def test_polyphony_equals_the_piano_roll_of_pretty_midi(piece):
    score, theirs, _ = piece
    rate = 96  # samples a second
    roll = sum((part.get_piano_roll(rate) > 0).astype(int) for part in theirs.instruments)
    result = polyphony([score])
    shares = np.bincount(roll.sum(axis=0), minlength=8) / roll.shape[1]
    for voices, share in zip(result.values, result.shares, strict=True):
        assert share == pytest.approx(shares[voices], abs=0.02)


def as_counter(result: Histogram) -> Counter[int]:
    return Counter(dict(zip(result.values.tolist(), result.counts.tolist(), strict=True)))


def test_velocities_equal_pretty_midi(piece):
    score, theirs, _ = piece
    expected = Counter(note.velocity for part in theirs.instruments for note in part.notes)
    assert as_counter(velocities([score])) == expected


def test_tempo_equals_pretty_midi(piece):
    score, theirs, _ = piece
    (tempo,) = theirs.get_tempo_changes()[1]
    assert as_counter(tempi([score])) == {round(tempo): 1}


def test_the_main_metre_is_the_longest_of_pretty_midi(piece):
    score, theirs, _ = piece
    changes = theirs.time_signature_changes
    edges = [*(change.time for change in changes[1:]), theirs.get_end_time()]
    seconds: Counter[int] = Counter()
    for change, edge in zip(changes, edges, strict=True):
        seconds[100 * change.numerator + change.denominator] += edge - change.time
    assert as_counter(metres([score])) == {max(seconds, key=seconds.__getitem__): 1}


def test_onsets_in_the_bar_equal_those_after_downbeats_of_pretty_midi(piece):
    score, theirs, _ = piece
    (tempo,) = theirs.get_tempo_changes()[1]
    downbeats = theirs.get_downbeats()
    starts = np.array([note.start for part in theirs.instruments for note in part.notes])
    latest = downbeats[np.searchsorted(downbeats, starts + 0.001, side="right") - 1]
    places = np.rint((starts - latest) * tempo / 60 * TICKS_PER_QUARTER).astype(int)
    first_bar = score.metres[0].ticks_per_bar
    if len(score.metres) > 1 and first_bar < score.metres[1].ticks_per_bar:  # a pickup
        places[starts < downbeats[1] - 0.001] += score.metres[1].ticks_per_bar - first_bar
    assert as_counter(onsets_in_bar([score])) == Counter(places.tolist())


def test_intervals_equal_those_of_the_highest_notes_of_pretty_midi(piece):
    score, theirs, _ = piece
    leaps: Counter[int] = Counter()
    for part in theirs.instruments:
        highest: dict[float, int] = {}
        for note in sorted(part.notes, key=lambda entry: entry.start):
            onset = round(note.start, 3)
            highest[onset] = max(note.pitch, highest.get(onset, 0))
        leaps.update(after - before for before, after in pairwise(highest.values()))
    assert as_counter(intervals([score])) == leaps


@pytest.mark.slow
def test_key_durations_and_pitches_equal_music21(piece):
    from music21 import converter

    score, _, data = piece
    theirs = converter.parseData(data, format="midi", quantizePost=False)
    key = theirs.analyze("key")
    (result,) = find_keys([score])
    assert result.name == f"{key.tonic.name} {key.mode}"
    assert result.correlation == pytest.approx(key.correlationCoefficient, abs=1e-6)
    seconds = sum(note.quarterLength * len(note.pitches) for note in theirs.recurse().notes)
    ticks = score.notes["duration"]  # which the histogram counts by the nearest note value
    assert ticks.sum() / TICKS_PER_QUARTER == pytest.approx(float(seconds))
    named = Counter(nearest_named(ticks, NOTE_VALUES).tolist())
    assert as_counter(durations([score])) == named
    expected = [note for note in theirs.recurse().notes if not note.tie or note.tie.type == "start"]
    names = [str(pitch) for note in expected for pitch in note.pitches]
    keys = pitches([score])
    assert sorted(names) == sorted(np.repeat(keys.labels, keys.counts))


@pytest.mark.slow
def test_chords_equal_music21():
    """A piano piece, which has its chords in one track."""
    if not PIANO.is_file():
        pytest.skip("shared/corpora/piano92 beside the repo is not here")
    from music21 import converter

    theirs = converter.parse(PIANO, forceSource=True, storePickle=False).recurse().notes
    expected = [entry for entry in theirs if not entry.tie or entry.tie.type == "start"]
    names = [".".join(map(str, entry.normalOrder)) for entry in expected if entry.isChord]
    result = note_frequency([read_score(PIANO.read_bytes(), PIANO.name)])
    assert sorted(names) == sorted(np.repeat(result.chords.labels, result.chords.counts))
    assert as_counter(result.sizes) == Counter(len(entry.pitches) for entry in expected)
