"""Sound of drums, pedal, tempo changes and of more parts than channels."""

from dataclasses import replace

import mido
import numpy as np
import pytest

from musicgen.rendering.sound_midi import with_pedal
from musicgen.rendering.wav import has_soundfont_renderer
from musicgen.score import Score, notes_from
from musicgen.score_fields import PEDAL_CHANGE_DTYPE, Part, TempoChange
from tests.rendering.listening import messages, onsets, sound

needs_soundfont = pytest.mark.skipif(
    not has_soundfont_renderer(), reason="the package midirenderer is not installed"
)

DRUMS = (Part("Drums", is_drum=True),)
HAT = 42


def loudness(samples: np.ndarray, rate: int, second: float) -> float:
    """Root mean square of a tenth of a second."""
    first = int(second * rate)
    return float(np.sqrt(np.mean(samples[first : first + rate // 10] ** 2)))


def high_share(score: Score) -> float:
    """Share of the energy above 3 kHz."""
    samples, rate = sound(score)
    energy = np.abs(np.fft.rfft(samples)) ** 2
    return float(energy[np.fft.rfftfreq(len(samples), 1 / rate) > 3000].sum() / energy.sum())


@needs_soundfont
def test_a_hat_is_noise_and_not_a_low_note() -> None:
    rows = [(0, 24, HAT, 100)]
    assert high_share(Score(notes_from(rows), parts=DRUMS)) > 0.8
    assert high_share(Score(notes_from(rows))) < 0.05


@needs_soundfont
def test_the_pedal_makes_a_short_note_ring_on() -> None:
    score = Score(notes_from([(0, 12, 60, 100), (96, 12, 72, 100)]))
    changes = np.array([(0, 127, 0), (90, 0, 0)], PEDAL_CHANGE_DTYPE)
    dry, rate = sound(score)
    wet, _ = sound(replace(score, pedal_changes=changes))
    assert loudness(wet, rate, 1.5) > 10 * loudness(dry, rate, 1.5)


def test_a_note_is_held_by_the_pedal_of_its_own_part() -> None:
    rows = [(0, 12, 60, 80, 0, 0), (0, 12, 62, 80, 40, 1), (48, 12, 60, 80, 0, 0)]
    changes = np.array([(0, 127, 0), (40, 0, 0)], PEDAL_CHANGE_DTYPE)
    held = with_pedal(Score(notes_from(rows), pedal_changes=changes))
    assert held.notes["duration"].tolist() == [40, 12, 12]


@needs_soundfont
def test_notes_are_where_the_tempo_map_says() -> None:
    changes = (TempoChange(96, 60.0), TempoChange(168, 200.0), TempoChange(240, 90.0))
    rows = [(24 * n, 6, 76, 100, 115) for n in range(14)]  # wood blocks
    score = Score(notes_from(rows), 150.0, tempo_changes=changes)
    samples, rate = sound(score)
    expected = score.seconds_at(score.notes["start"])
    assert len(samples) / rate == pytest.approx(score.seconds + 2, abs=0.02)
    assert onsets(samples, rate, 14) == pytest.approx(expected.tolist(), abs=0.02)


def test_parts_of_one_program_share_a_channel_where_there_are_too_many() -> None:
    rows = [(24 * part, 24, 60 + part, 80, part % 8, part) for part in range(20)]
    strikes = [m for m in messages(Score(notes_from(rows))) if m.type == "note_on" and m.velocity]
    assert len({message.channel for message in strikes}) == 8
    assert all(message.channel != 9 for message in strikes)


def test_a_channel_changes_its_program_where_there_are_too_many() -> None:
    """Every note is struck under its own program, and no note that sounds is disturbed."""
    rows = [(24 * n, 24, 60, 80, n % 20, n % 20) for n in range(60)]
    program_of: dict[int, int] = {}
    struck = []
    for message in messages(Score(notes_from(rows))):
        if message.type == "program_change":
            program_of[message.channel] = message.program
        elif message.type == "note_on" and message.velocity:
            struck.append(program_of[message.channel])
    assert struck == [n % 20 for n in range(60)]


def test_a_kit_of_two_drum_parts_is_on_the_drum_channel() -> None:
    parts = (Part("Kit", 0, True), Part("Bass", 33), Part("Congas", 0, True, 2))
    rows = [(0, 6, 36, 80, 0, 0), (0, 24, 40, 80, 33, 1), (12, 6, 63, 80, 0, 2)]
    score = Score(notes_from(rows), parts=parts)
    strikes = {(m.channel, m.note) for m in messages(score) if m.type == "note_on" and m.velocity}
    assert strikes == {(9, 36), (9, 63), (0, 40)}


def test_the_file_ends_a_tail_after_the_last_note() -> None:
    score = Score(notes_from([(0, 96, 60)]), 60.0, tempo_changes=(TempoChange(48, 30.0),))
    file = mido.MidiFile()
    file.ticks_per_beat, track = 480, mido.MidiTrack(messages(score))
    file.tracks.append(track)
    assert file.length == pytest.approx(score.seconds + 2, abs=0.01)
