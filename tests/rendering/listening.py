"""Measurements of a WAV file: samples, peak and pitch."""

import io
import wave

import mido
import numpy as np

from musicgen.rendering.sound_midi import sound_midi
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score, notes_from

FULL_SCALE = 32_767


def sound(score: Score) -> tuple[np.ndarray, int]:
    """Samples (frames,) in -1..1, the mean of the channels, and their rate."""
    samples, rate = _read(score)
    return samples.mean(axis=1) / FULL_SCALE, rate


def peak(score: Score) -> int:
    """Largest sample of any channel, at most FULL_SCALE."""
    samples, _ = _read(score)
    return int(np.abs(samples.astype(int)).max())


def cents_off(pitch: int) -> float:
    """Distance of a note's fundamental from equal temperament, from its spectrum."""
    samples, rate = sound(Score(notes_from([(0, 96, pitch, 100)]), tempo=60))
    steady = samples[int(0.15 * rate) : int(3.8 * rate)]
    size = 1 << 20  # zero padding: a bin is 0.05 Hz
    spectrum = np.abs(np.fft.rfft(steady * np.hanning(len(steady)), size))
    expected = 440 * 2 ** ((pitch - 69) / 12)
    low, high = (int(expected * 2 ** (cents / 1200) * size / rate) for cents in (-60, 60))
    measured = (low + spectrum[low:high].argmax()) * rate / size
    return float(1200 * np.log2(measured / expected))


def _read(score: Score) -> tuple[np.ndarray, int]:
    """Samples (frames, channels) of the score's WAV file and their rate."""
    with wave.open(io.BytesIO(wav_bytes(score))) as file:
        assert file.getsampwidth() == 2
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return samples.reshape(-1, file.getnchannels()), file.getframerate()


def messages(score: Score) -> list[mido.Message]:
    """The messages that the synthesizer gets, in order."""
    file = mido.MidiFile(file=io.BytesIO(sound_midi(score, volume=127, tail_seconds=2.0)))
    return list(file.tracks[0])


def onsets(samples: np.ndarray, rate: int, count: int) -> list[float]:
    """Seconds of the `count` steepest rises of loudness, at least 0.1 s apart."""
    hop = rate // 500  # 2 ms
    frames = np.abs(samples[: len(samples) // hop * hop]).reshape(-1, hop).max(axis=1)
    rise = np.diff(np.log(frames + 1e-3), prepend=np.log(1e-3))
    peaks: list[int] = []
    for frame in np.argsort(-rise).tolist():
        if all(abs(frame - other) > 50 for other in peaks):
            peaks.append(frame)
        if len(peaks) == count:
            break
    return [frame * hop / rate for frame in sorted(peaks)]
