"""Scores to MP3 files, a tenth of the size of WAV."""

from __future__ import annotations

import io
import wave

import lameenc

from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score

KILOBITS_PER_SECOND = 128
QUALITY = 5  # of LAME: 2 is the best and slowest, 7 the fastest


def mp3_bytes(score: Score) -> bytes:
    """Contents of an MP3 file. Raises TooLongForSound."""
    return mp3_from_wav(wav_bytes(score))


def mp3_from_wav(wav: bytes) -> bytes:
    """Encode a WAV file of 16-bit samples."""
    with wave.open(io.BytesIO(wav)) as sound:
        encoder = lameenc.Encoder()
        encoder.silence()
        encoder.set_bit_rate(KILOBITS_PER_SECOND)
        encoder.set_in_sample_rate(sound.getframerate())
        encoder.set_channels(sound.getnchannels())
        encoder.set_quality(QUALITY)
        frames = sound.readframes(sound.getnframes())
        return bytes(encoder.encode(frames)) + bytes(encoder.flush())
