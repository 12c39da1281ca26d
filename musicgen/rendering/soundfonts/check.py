"""Check of a SoundFont, as a process of its own: `python -m musicgen.rendering.soundfonts.check`.

The argument is a folder with ORIGINAL in it. The file is parsed, its compressed samples are decoded
into PLAIN, and a chord is played on its first instrument. What is wrong is the last line that is
printed as an error.
"""

from __future__ import annotations

import sys
from pathlib import Path

from musicgen.files import read_file
from musicgen.limited_process import limit_address_space
from musicgen.rendering.sound_midi import sound_midi
from musicgen.rendering.soundfonts.decompress import decompressed
from musicgen.rendering.soundfonts.library import MAX_CHECK_BYTES, ORIGINAL, PLAIN
from musicgen.rendering.soundfonts.player import has_soundfont_renderer, render
from musicgen.rendering.soundfonts.riff import (
    RECORD_BYTES,
    BadSoundFont,
    SoundFontFile,
    parse_soundfont,
    soundfont_bytes,
)
from musicgen.score import Score, notes_from

_DRUM_BANK = 128
_TRIAD, _QUARTER = (60, 64, 67), 24


def check(folder: Path) -> None:
    """Check the SoundFont of a folder, and write PLAIN if it is compressed. Raises BadSoundFont."""
    data = read_file(folder / ORIGINAL)
    font = parse_soundfont(data)
    if font.is_compressed.any():
        data = soundfont_bytes(decompressed(font))
        parse_soundfont(data)
        (folder / PLAIN).write_bytes(data)
    if has_soundfont_renderer():
        render(data, sound_midi(_chord(font), volume=100, tail_seconds=0.1))


def _chord(font: SoundFontFile) -> Score:
    """A chord on the first instrument that is no drum kit."""
    size, table = RECORD_BYTES[b"phdr"], font.tables[b"phdr"]
    records = [table[at : at + size] for at in range(0, len(table) - size, size)]
    programs = [
        int.from_bytes(record[20:22], "little")
        for record in records
        if int.from_bytes(record[22:24], "little") < _DRUM_BANK
    ]
    program = min(programs, default=0) % 128
    return Score(notes_from([(0, _QUARTER, pitch, 80, program) for pitch in _TRIAD]))


def main() -> int:
    limit_address_space(MAX_CHECK_BYTES)
    try:
        check(Path(sys.argv[1]))
    except BadSoundFont as error:
        print(error, file=sys.stderr)
        return 1
    except MemoryError:
        print("it takes more memory than there is", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
