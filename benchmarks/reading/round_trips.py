"""MIDI files read and written again, as symusic and pretty_midi see them before and after.

Run as `python -m benchmarks.reading.round_trips FOLDER_OR_ZIP …`. It prints how many files are the
same in all that both libraries report (notes with velocity, program and drums; sustain pedal), in
the onsets and the tempo map.
"""

from __future__ import annotations

import argparse
import io
import json
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pretty_midi
import symusic

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.read_score import read_score
from musicgen.corpus.source_files import files_below
from musicgen.rendering.midi import midi_bytes

MAX_SHIFT_SECONDS = 0.001  # of an onset, an end or a tempo change
_SUSTAIN = 64  # MIDI controller

Rows = list[tuple[float, ...]]  # times in seconds first, then what has to be the same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("paths", type=Path, nargs="+", help="folders and zips of MIDI files")
    parser.add_argument("--files", type=int, default=200, help="of all paths together, at most")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    per_source = -(-options.files // len(options.paths))
    for source in options.paths:
        for (name, data), _ in zip(_midi_files(source), range(per_source), strict=False):
            differing = differences(data)
            counts["files"] += 1
            counts["all the same"] += not differing
            counts.update(differing)
            if differing and not options.json:
                print(f"{name}: {', '.join(differing)}")
    if options.json:
        print(json.dumps(counts))
        return
    for name, count in counts.items():
        print(f"{name:32} {count:6}")


def differences(data: bytes) -> list[str]:
    """What differs after reading and writing a file, by library; empty for an exact copy."""
    try:
        written = midi_bytes(read_score(data, "a.mid"))
    except UnreadableScore:
        return ["refused"]
    names = []
    for library, report in (("symusic", by_symusic), ("pretty_midi", by_pretty_midi)):
        before, after = report(data), report(written)
        names += [f"{library}: {key}" for key in before if not _same(before[key], after[key])]
    return names


def by_symusic(data: bytes) -> dict[str, Rows]:
    """Notes (start, end, pitch, velocity, program, drums), pedal spans and tempi, in seconds."""
    score = symusic.Score.from_midi(data).to("second")
    notes: Rows = [
        (n.time, n.time + n.duration, n.pitch, n.velocity, track.program, track.is_drum)
        for track in score.tracks
        for n in track.notes
    ]
    pedals: Rows = [(p.time, p.time + p.duration) for track in score.tracks for p in track.pedals]
    tempi: Rows = [(0.0, 500_000)]  # the standard's default
    for mark in score.tempos:
        tempi.append((mark.time, mark.mspq))
    return {"notes": notes, "pedal": pedals, "tempo": _steps(tempi)}


def by_pretty_midi(data: bytes) -> dict[str, Rows]:
    """Notes and values of the sustain pedal, times in seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tempo changes outside the first track
        midi = pretty_midi.PrettyMIDI(io.BytesIO(data))
    notes: Rows = [
        (n.start, n.end, n.pitch, n.velocity, track.program, track.is_drum)
        for track in midi.instruments
        for n in track.notes
    ]
    pedal: Rows = [
        (change.time, change.time, change.value)
        for track in midi.instruments
        for change in track.control_changes
        if change.number == _SUSTAIN
    ]
    return {"notes": notes, "pedal": pedal}


def _steps(tempi: Rows) -> Rows:
    """Tempi without those that change nothing; of several at one time the last."""
    steps: Rows = []
    for time, tempo in tempi:
        if steps and steps[-1][0] == time:
            steps.pop()
        if not steps or steps[-1][1] != tempo:
            steps.append((time, tempo))
    return [(time, time, tempo) for time, tempo in steps]


def _same(before: Rows, after: Rows) -> bool:
    """Whether two lists have the same values at times within MAX_SHIFT_SECONDS."""
    if len(before) != len(after):
        return False

    # Rounded times order both alike; rows of one time are ordered by their values.
    def in_order(rows: Rows) -> Rows:
        return sorted(rows, key=lambda row: (row[2:], row[:2]))

    return all(
        a[2:] == b[2:] and max(abs(a[0] - b[0]), abs(a[1] - b[1])) <= MAX_SHIFT_SECONDS
        for a, b in zip(in_order(before), in_order(after), strict=True)
    )


def _midi_files(source: Path) -> Iterator[tuple[str, bytes]]:
    """Name and contents of the MIDI files of a folder or a zip, in order of name."""
    if source.is_dir():
        for path in files_below(source):
            if path.suffix.lower() in (".mid", ".midi"):
                yield path.name, path.read_bytes()
        return
    with zipfile.ZipFile(source) as archive:
        for name in sorted(archive.namelist()):
            if name.lower().endswith((".mid", ".midi")):
                yield name, archive.read(name)


if __name__ == "__main__":
    main()
