"""Statistics of real pieces held against music21's and pretty_midi's."""

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
from musicgen.score import TICKS_PER_QUARTER
from musicgen.statistics.histogram import Histogram
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
EVERY_NTH = 80  # of the pieces of both bundled collections


def files():
    for collection in bundled_collections():
        with zipfile.ZipFile(collection.path) as archive:
            for name in archive.namelist()[::EVERY_NTH]:
                yield name, archive.read(name)


PIECES = [(read_score(data, name), data) for name, data in files()]


@pytest.fixture(params=PIECES, ids=lambda piece: piece[0].name)
def piece(request):
    score, data = request.param
    return score, pretty_midi.PrettyMIDI(io.BytesIO(data)), data


def test_pitch_classes_are_pretty_midis(piece):
    score, theirs, _ = piece
    found = pitch_classes([score])
    ours = np.zeros(12)
    ours[found.values] = found.counts
    assert np.array_equal(ours, theirs.get_pitch_class_histogram(normalize=False))


def test_notes_and_length_are_pretty_midis(piece):
    score, theirs, _ = piece
    glance = overview([score])
    assert glance.notes == sum(len(part.notes) for part in theirs.instruments)
    assert glance.seconds == pytest.approx(theirs.get_end_time(), abs=0.01)


def test_keys_struck_are_pretty_midis(piece):
    score, theirs, _ = piece
    struck = np.bincount([note.pitch for part in theirs.instruments for note in part.notes])
    found = pitches([score])
    assert np.array_equal(struck[struck > 0], found.counts)
    assert np.array_equal(np.flatnonzero(struck), found.values)


def test_polyphony_is_pretty_midis_piano_roll(piece):
    score, theirs, _ = piece
    rate = 96  # samples a second
    roll = sum((part.get_piano_roll(rate) > 0).astype(int) for part in theirs.instruments)
    found = polyphony([score])
    shares = np.bincount(roll.sum(axis=0), minlength=8) / roll.shape[1]
    for voices, share in zip(found.values, found.shares, strict=True):
        assert share == pytest.approx(shares[voices], abs=0.02)


def counted(found: Histogram) -> Counter[int]:
    return Counter(dict(zip(found.values.tolist(), found.counts.tolist(), strict=True)))


def test_velocities_are_pretty_midis(piece):
    score, theirs, _ = piece
    struck = Counter(note.velocity for part in theirs.instruments for note in part.notes)
    assert counted(velocities([score])) == struck


def test_tempo_is_pretty_midis(piece):
    score, theirs, _ = piece
    (tempo,) = theirs.get_tempo_changes()[1]
    assert counted(tempi([score])) == {round(tempo): 1}


def test_metre_is_the_one_of_most_downbeats_of_pretty_midi(piece):
    score, theirs, _ = piece
    changes = theirs.time_signature_changes
    edges = [*(change.time for change in changes[1:]), theirs.get_end_time()]
    lasting: Counter[int] = Counter()
    for change, edge in zip(changes, edges, strict=True):
        lasting[100 * change.numerator + change.denominator] += edge - change.time
    assert counted(metres([score])) == {max(lasting, key=lasting.__getitem__): 1}


def test_places_in_the_bar_are_those_after_pretty_midis_downbeats(piece):
    score, theirs, _ = piece
    (tempo,) = theirs.get_tempo_changes()[1]
    downbeats = theirs.get_downbeats()
    starts = np.array([note.start for part in theirs.instruments for note in part.notes])
    latest = downbeats[np.searchsorted(downbeats, starts + 0.001, side="right") - 1]
    places = np.rint((starts - latest) * tempo / 60 * TICKS_PER_QUARTER).astype(int)
    first_bar = score.metres[0].ticks_per_bar
    if len(score.metres) > 1 and first_bar < score.metres[1].ticks_per_bar:  # a pickup
        places[starts < downbeats[1] - 0.001] += score.metres[1].ticks_per_bar - first_bar
    assert counted(onsets_in_bar([score])) == Counter(places.tolist())


def test_intervals_are_those_between_pretty_midis_highest_notes(piece):
    score, theirs, _ = piece
    leaps: Counter[int] = Counter()
    for part in theirs.instruments:
        highest: dict[float, int] = {}
        for note in sorted(part.notes, key=lambda each: each.start):
            onset = round(note.start, 3)
            highest[onset] = max(note.pitch, highest.get(onset, 0))
        leaps.update(after - before for before, after in pairwise(highest.values()))
    assert counted(intervals([score])) == leaps


@pytest.mark.slow
def test_key_durations_and_pitches_are_music21s(piece):
    from music21 import converter

    score, _, data = piece
    theirs = converter.parseData(data, format="midi", quantizePost=False)
    key = theirs.analyze("key")
    (found,) = find_keys([score])
    assert found.name == f"{key.tonic.name} {key.mode}"
    assert found.correlation == pytest.approx(key.correlationCoefficient, abs=1e-6)
    lasting = sum(note.quarterLength * len(note.pitches) for note in theirs.recurse().notes)
    ours = durations([score])
    assert (ours.values * ours.counts).sum() / TICKS_PER_QUARTER == pytest.approx(float(lasting))
    struck = [note for note in theirs.recurse().notes if not note.tie or note.tie.type == "start"]
    names = [str(pitch) for note in struck for pitch in note.pitches]
    keys = pitches([score])
    assert sorted(names) == sorted(np.repeat(keys.labels, keys.counts))


@pytest.mark.slow
def test_chords_are_music21s():
    """A piano piece, where whole chords are in one track."""
    if not PIANO.is_file():
        pytest.skip("shared/corpora/piano92 beside the repo is not here")
    from music21 import converter

    theirs = converter.parse(PIANO, forceSource=True, storePickle=False).recurse().notes
    struck = [each for each in theirs if not each.tie or each.tie.type == "start"]
    names = [".".join(map(str, each.normalOrder)) for each in struck if each.isChord]
    found = note_frequency([read_score(PIANO.read_bytes(), PIANO.name)])
    assert sorted(names) == sorted(np.repeat(found.chords.labels, found.chords.counts))
    assert counted(found.sizes) == Counter(len(each.pitches) for each in struck)
