"""SoundFonts with Vorbis samples (.sf3) as plain ones (.sf2), which the server's synthesizer plays.

In an .sf3 the start and the stop of a compressed sample are bytes, and its loop counts from its own
first value.
"""

from __future__ import annotations

import io
from dataclasses import replace
from importlib.util import find_spec

import numpy as np

from musicgen.rendering.soundfonts.riff import COMPRESSED, BadSoundFont, SoundFontFile

MAX_PLAIN_BYTES = 2**30  # of all samples together
_ZEROS = 46  # after each sample, as the format asks for


def decompressed(font: SoundFontFile) -> SoundFontFile:
    """The SoundFont with plain samples of 16 bits. Raises BadSoundFont."""
    if find_spec("soundfile") is None:
        raise BadSoundFont(
            "its samples are compressed, and the package soundfile is not installed: use an .sf2"
        )
    old = font.headers
    headers, parts, length = old.copy(), [], 0
    for index, is_compressed in enumerate(font.is_compressed.tolist()):
        room = MAX_PLAIN_BYTES // 2 - length
        values = _decode(font, index, room) if is_compressed else _plain(font, index)
        if len(values) > room:
            raise BadSoundFont(f"its samples are more than {MAX_PLAIN_BYTES >> 20:,} MiB")
        loop_from = 0 if is_compressed else int(old["start"][index])
        headers["start"][index], headers["stop"][index] = length, length + len(values)
        for edge in ("loop_start", "loop_stop"):
            at = min(max(int(old[edge][index]) - loop_from, 0), len(values))
            headers[edge][index] = length + at
        parts += [values, np.zeros(_ZEROS, "<i2")]
        length += len(values) + _ZEROS
    headers["kind"] &= ~np.uint16(COMPRESSED)
    last = font.tables[b"shdr"][headers.nbytes :]
    tables = {**font.tables, b"shdr": headers.tobytes() + last}
    return replace(font, samples=memoryview(np.concatenate(parts).tobytes()), tables=tables)


def _plain(font: SoundFontFile, index: int) -> np.ndarray:
    start, stop = (int(font.headers[edge][index]) for edge in ("start", "stop"))
    return np.frombuffer(font.samples[2 * start : 2 * stop], "<i2")


def _decode(font: SoundFontFile, index: int, room: int) -> np.ndarray:
    """Values of a compressed sample, at most one more than there is room for: (N,) int16."""
    import soundfile

    header = font.headers[index]
    data = bytes(font.samples[int(header["start"]) : int(header["stop"])])
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as stream:
            values = stream.read(room + 1, dtype="int16", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError):
        name = header["name"].decode("latin-1")
        raise BadSoundFont(f"its sample '{name}' cannot be decoded") from None
    return np.ascontiguousarray(values[:, 0], "<i2")
