"""What a WAV file sounds like, in numbers."""

import io
import wave

import numpy as np

from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score, notes_from

FULL_SCALE = 32_767


def sound(score: Score) -> tuple[np.ndarray, int]:
    """Samples (frames,) in -1..1, channels mixed, and their rate."""
    with wave.open(io.BytesIO(wav_bytes(score))) as file:
        assert file.getsampwidth() == 2
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return samples.reshape(-1, file.getnchannels()).mean(
            axis=1
        ) / FULL_SCALE, file.getframerate()


def loudest(score: Score) -> int:
    """The largest sample of any channel; FULL_SCALE is the most."""
    with wave.open(io.BytesIO(wav_bytes(score))) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return int(np.abs(samples.astype(int)).max())


def cents_off(key: int) -> float:
    """How far the fundamental of one note is from equal temperament, by its spectrum."""
    samples, rate = sound(Score(notes_from([(0, 96, key, 100)]), tempo=60))
    steady = samples[int(0.15 * rate) : int(3.8 * rate)]
    size = 1 << 20  # zero padding: a bin is 0.05 Hz
    spectrum = np.abs(np.fft.rfft(steady * np.hanning(len(steady)), size))
    wanted = 440 * 2 ** ((key - 69) / 12)
    low, high = (int(wanted * 2 ** (cents / 1200) * size / rate) for cents in (-60, 60))
    found = (low + spectrum[low:high].argmax()) * rate / size
    return float(1200 * np.log2(found / wanted))
