"""A score as sound: a WAV file from the SoundFont that comes with pretty_midi."""

from __future__ import annotations

import io
import wave
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pretty_midi

from musicgen.errors import MusicgenError
from musicgen.rendering.midi import to_pretty_midi
from musicgen.score import Score

MAX_SECONDS = 15 * 60  # about 170 MB: Streamlit sends at most 200 MB at once
TAIL_SECONDS = 2.0  # for the last notes to die away
PEAK = 0.9  # of full scale
SINE_RATE = 44_100  # frames a second of the plain sound
_FULL_SCALE = 32_767
_CHANNEL_VOLUMES = (127, 64, 32)  # from loud to soft, until nothing is clipped
_MOST_TRACKS = 15  # channels of MIDI without that of the drums
_SOFTEST = 64  # velocity that the loudest note has at least
_VOLUME, _SUSTAIN = 7, 64  # MIDI controllers


class TooLongForSound(MusicgenError, ValueError):
    """A score that lasts longer than we turn into sound."""


def sound_source() -> str:
    """What the sound is made from, in words for the person who hears it."""
    if _has_renderer():
        return "SoundFont TimGM6mb (General MIDI instruments)"
    return "plain sine tones, because the package midirenderer is not installed"


def wav_bytes(score: Score) -> bytes:
    """The score as a WAV file, 16 bits, with a tail of 2 seconds and a peak of 0.9.

    Raises TooLongForSound where it lasts over 15 minutes.
    """
    if score.seconds > MAX_SECONDS:
        raise TooLongForSound(
            f"the piece lasts {score.seconds / 60:.0f} minutes: sound is made for at most "
            f"{MAX_SECONDS // 60}; choose fewer bars or a faster tempo"
        )
    if not len(score):
        return _wav_file(np.zeros((int(TAIL_SECONDS * SINE_RATE), 1)), SINE_RATE)
    samples, rate = _from_soundfont(score) if _has_renderer() else _from_sines(score)
    return _wav_file(samples, rate)


def _has_renderer() -> bool:
    return find_spec("midirenderer") is not None


@lru_cache(maxsize=1)
def _soundfont() -> bytes:
    return (Path(pretty_midi.__file__).parent / "TimGM6mb.sf2").read_bytes()


def _from_soundfont(score: Score) -> tuple[np.ndarray, int]:
    """Samples (frames, 2) in -1..1 and their rate, as loud as the renderer can without clipping."""
    import midirenderer

    for volume in _CHANNEL_VOLUMES:
        wav = midirenderer.render_wave_from(_soundfont(), _midi_with_tail(score, volume))
        with wave.open(io.BytesIO(wav)) as file:
            rate = file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            samples = samples.reshape(-1, file.getnchannels())
        if _loudest(samples) < _FULL_SCALE:
            break
    return samples.astype(np.float32) / _FULL_SCALE, rate


def _audible(score: Score) -> Score:
    """A very soft score with all velocities raised in proportion, for 16 bits would drown it.

    Amplitude goes with the square of velocity, so the balance of the notes stays.
    """
    notes = score.notes.copy()
    loudest = int(notes["velocity"].max())
    if loudest >= _SOFTEST:
        return score
    notes["velocity"] = np.maximum(1, np.rint(notes["velocity"] * (_SOFTEST / loudest)))
    return replace(score, notes=notes)


def _on_few_channels(score: Score) -> Score:
    """A score of more tracks than MIDI has channels with its parts merged by programme."""
    if len(np.unique(score.notes[["part", "program"]])) <= _MOST_TRACKS:
        return score
    notes = score.notes.copy()
    notes["part"] = 0
    return replace(score, notes=notes)


def _midi_with_tail(score: Score, volume: int) -> bytes:
    """MIDI with one more event after the end, for the renderer stops at the last event."""
    midi = to_pretty_midi(_on_few_channels(_audible(score)))
    for instrument in midi.instruments:
        instrument.control_changes.append(pretty_midi.ControlChange(_VOLUME, volume, 0.0))
    end = midi.get_end_time() + TAIL_SECONDS
    midi.instruments[0].control_changes.append(pretty_midi.ControlChange(_SUSTAIN, 0, end))
    file = io.BytesIO()
    midi.write(file)
    return file.getvalue()


def _from_sines(score: Score) -> tuple[np.ndarray, int]:
    """Samples (frames, 1) and their rate, from pretty_midi's own synthesis."""
    sound = to_pretty_midi(score).synthesize(fs=SINE_RATE)
    tail = np.zeros(int(TAIL_SECONDS * SINE_RATE))
    return np.concatenate([sound, tail])[:, None], SINE_RATE


def _loudest(samples: np.ndarray) -> float:
    return max(float(samples.max()), -float(samples.min())) if samples.size else 0.0


def _wav_file(samples: np.ndarray, rate: int) -> bytes:
    """Samples (frames, channels) as a WAV file, scaled so that the loudest is PEAK."""
    loudest = _loudest(samples)
    scale = PEAK * _FULL_SCALE / loudest if loudest else 0.0
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(samples.shape[1])
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(np.rint(samples * scale).astype("<i2").tobytes())
    return file.getvalue()
