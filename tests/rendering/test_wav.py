"""Pitch, loudness and length of the sound."""

import sys

import numpy as np
import pytest

from musicgen.rendering.wav import TooLongForSound, has_soundfont_renderer, sound_source, wav_bytes
from musicgen.score import Score, notes_from
from tests.rendering.listening import cents_off, peak, sound

needs_soundfont = pytest.mark.skipif(
    not has_soundfont_renderer(), reason="the package midirenderer is not installed"
)


@needs_soundfont
@pytest.mark.parametrize("pitch", [24, 45, 60, 69, 84, 105])
def test_single_notes_are_in_tune(pitch: int) -> None:
    assert abs(cents_off(pitch)) < 10


@pytest.mark.slow
@needs_soundfont
def test_the_keys_of_the_piano_are_in_tune() -> None:
    assert max(abs(cents_off(pitch)) for pitch in range(21, 109, 3)) < 10


@pytest.mark.parametrize(
    "notes",
    [
        [(0, 24, 60, 1)],  # the softest note
        [(0, 96, pitch, 127) for pitch in range(36, 100)],  # 64 notes at full velocity
    ],
)
def test_soft_and_loud_pieces_have_the_same_peak(notes: list) -> None:
    assert peak(Score(notes_from(notes))) == pytest.approx(0.9 * 32_767, abs=2)


@needs_soundfont
def test_many_loud_parts_are_not_clipped_by_the_renderer() -> None:
    rows = [(0, 96, pitch, 127, 19, part) for part in range(4) for pitch in range(48, 72)]
    samples, _ = sound(Score(notes_from(rows)))
    assert np.sum(np.abs(samples) > 0.899) < 20  # a clipped wave stays at its peak for many frames


@needs_soundfont
def test_the_last_note_decays_in_the_tail() -> None:
    samples, rate = sound(Score(notes_from([(0, 48, 60, 100, 48)])))  # strings, 1 second
    assert len(samples) / rate == pytest.approx(3.0, abs=0.05)
    after_the_note, end_of_tail = samples[rate : rate + rate // 10], samples[-rate // 10 :]
    assert np.abs(after_the_note).max() > 0.01
    assert np.abs(end_of_tail).max() < 0.002


def test_the_sound_lasts_as_long_as_the_music_and_its_tail() -> None:
    samples, rate = sound(Score(notes_from([(96, 96, 60)]), tempo=60))
    assert len(samples) / rate == pytest.approx(8 + 2, abs=0.05)


@needs_soundfont
def test_more_parts_than_channels_keep_their_programmes() -> None:
    flutes = [(0, 96, 72, 100, 73, part) for part in range(15)]
    organ = [(48, 96, 48, 100, 19, 15)]
    two_tracks = [flutes[0], *organ]
    assert wav_bytes(Score(notes_from(flutes + organ))) == wav_bytes(Score(notes_from(two_tracks)))


def test_an_empty_score_is_two_seconds_of_silence() -> None:
    samples, rate = sound(Score())
    assert len(samples) == 2 * rate
    assert not samples.any()


def test_a_score_of_hours_is_refused() -> None:
    with pytest.raises(TooLongForSound, match="lasts 333 minutes, and sound at most 15"):
        wav_bytes(Score(notes_from([(40_000 * 24 - 24, 24, 60)])))


def test_without_the_renderer_there_are_sine_tones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "midirenderer", None)  # as if not installed
    assert sound_source().startswith("plain sine tones")
    assert abs(cents_off(69)) < 1
    assert peak(Score(notes_from([(0, 24, 60)]))) == pytest.approx(0.9 * 32_767, abs=2)
