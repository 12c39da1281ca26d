"""Score to sound: a WAV file, played by the SoundFont that was chosen."""

from __future__ import annotations

import io
import wave
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pretty_midi

from musicgen.errors import MusicgenError
from musicgen.rendering.midi import midi_bytes
from musicgen.rendering.sound_midi import sound_midi, with_pedal
from musicgen.rendering.soundfonts.library import chosen_soundfont
from musicgen.rendering.soundfonts.player import has_soundfont_renderer, render
from musicgen.score import Score

MAX_SECONDS = 15 * 60  # about 170 MB: Streamlit sends at most 200 MB at once
TAIL_SECONDS = 2.0  # for the last notes to decay
PEAK = 0.9  # of full scale
SINE_RATE = 44_100  # frames a second of the sine tones
_FULL_SCALE = 32_767
_CHANNEL_VOLUMES = (127, 64, 32)  # tried from loud to soft until nothing is clipped
_MIN_PEAK_VELOCITY = 64  # of the loudest note


class TooLongForSound(MusicgenError):
    """A score that lasts longer than MAX_SECONDS."""


def sound_source() -> str:
    """Name of the synthesizer, for the person who listens."""
    if has_soundfont_renderer():
        return f"SoundFont {chosen_soundfont().name}"
    return "plain sine tones, because the package midirenderer is not installed"


def wav_bytes(score: Score) -> bytes:
    """Contents of a WAV file: 16 bits, a tail of TAIL_SECONDS, the peak at PEAK.

    All programs, the drum kit, the tempo map and the pedal are played.

    Raises TooLongForSound.
    """
    if score.seconds > MAX_SECONDS:
        raise TooLongForSound(
            f"the piece lasts {score.seconds / 60:.0f} minutes, and sound at most "
            f"{MAX_SECONDS // 60}: choose fewer bars or a faster tempo"
        )
    if not len(score):
        return _wav_file(np.zeros((int(TAIL_SECONDS * SINE_RATE), 1)), SINE_RATE)
    samples, rate = _play_soundfont(score) if has_soundfont_renderer() else _play_sines(score)
    return _wav_file(samples, rate)


@lru_cache(maxsize=1)
def _soundfont(path: Path, digest: str) -> bytes:
    """Contents of a SoundFont; digest: of the file, so that another one is read anew."""
    return path.read_bytes()


def _play_soundfont(score: Score) -> tuple[np.ndarray, int]:
    """Samples (frames, 2) in -1..1 and their rate, as loud as the renderer can without clipping."""
    font, audible = chosen_soundfont(), _with_audible_velocities(score)
    soundfont = _soundfont(font.plain, font.digest)
    for volume in _CHANNEL_VOLUMES:
        wav = render(soundfont, sound_midi(audible, volume, TAIL_SECONDS))
        with wave.open(io.BytesIO(wav)) as file:
            rate = file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            samples = samples.reshape(-1, file.getnchannels())
        if _peak(samples) < _FULL_SCALE:
            break
    return samples.astype(np.float32) / _FULL_SCALE, rate


def _with_audible_velocities(score: Score) -> Score:
    """A very soft score with its velocities scaled up: at 16 bits it would drown in noise.

    Amplitude goes with the square of velocity, so the balance of the notes stays.
    """
    notes = score.notes.copy()
    peak = int(notes["velocity"].max())
    if peak >= _MIN_PEAK_VELOCITY:
        return score
    scaled = np.rint(notes["velocity"] * (_MIN_PEAK_VELOCITY / peak))
    notes["velocity"] = np.maximum(1, scaled)
    return replace(score, notes=notes)


def _play_sines(score: Score) -> tuple[np.ndarray, int]:
    """Samples (frames, 1) and their rate, from pretty_midi's own synthesis."""
    sound = pretty_midi.PrettyMIDI(io.BytesIO(midi_bytes(with_pedal(score)))).synthesize(
        fs=SINE_RATE
    )
    tail = np.zeros(int(TAIL_SECONDS * SINE_RATE))
    return np.concatenate([sound, tail])[:, None], SINE_RATE


def _peak(samples: np.ndarray) -> float:
    return max(float(samples.max()), -float(samples.min())) if samples.size else 0.0


def _wav_file(samples: np.ndarray, rate: int) -> bytes:
    """Contents of a WAV file of samples (frames, channels), scaled to a peak of PEAK."""
    peak = _peak(samples)
    scale = PEAK * _FULL_SCALE / peak if peak else 0.0
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(samples.shape[1])
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(np.rint(samples * scale).astype("<i2").tobytes())
    return file.getvalue()
