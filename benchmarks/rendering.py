"""Speed and correctness of rendering: sound, MIDI, notation, figures.

    python -m benchmarks.rendering [--pieces 200] [--json]

The pieces are random: up to three parts, notes on any tick, changing metres. About two minutes on
one core.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.figures.roll import piano_roll
from musicgen.rendering.midi import FILE_TICKS_PER_QUARTER, midi_bytes
from musicgen.rendering.musicxml import musicxml_bytes
from musicgen.rendering.pdf.document import pdf_bytes
from musicgen.rendering.svg import score_svgs
from musicgen.rendering.wav import sound_source, wav_bytes
from musicgen.score import Score, notes_from
from tests.rendering.four_readers import READERS, with_musicxml
from tests.rendering.listening import FULL_SCALE, cents_off, peak, sound
from tests.rendering.rendered_scores import midi_notes, one_note_a_key, random_score

SCALE = FILE_TICKS_PER_QUARTER // TICKS_PER_QUARTER
PIANO_KEYS = range(21, 109)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pieces", type=int, default=200, help="number of pieces to read back")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    results: dict[str, float | int | str] = {"sound_source": sound_source()}
    for measure in (speed_of_sound, quality_of_sound, speed_of_notation):
        print(f"{measure.__name__} ...", file=sys.stderr)
        results |= measure()
    print("read_back ...", file=sys.stderr)
    results |= read_back(arguments.pieces)
    if arguments.json:
        print(json.dumps(results))
        return
    for name, value in results.items():
        print(f"{name:34}{value:>12.3f}" if isinstance(value, float) else f"{name:34}{value:>12}")


def quartet(seconds: int = 60) -> Score:
    """Four parts of eighths and quarters at 120 quarters per minute."""
    rng = np.random.default_rng(1)
    rows = [
        (start, length, int(rng.integers(low, low + 18)), 80, program, part)
        for part, (low, program, length) in enumerate(
            [(64, 0, 12), (58, 40, 12), (50, 42, 24), (40, 32, 24)]
        )
        for start in range(0, seconds * 2 * TICKS_PER_QUARTER, length)
    ]
    return Score(notes_from(rows))


def seconds_of(work: Callable[[], object], times: int = 3) -> float:
    """Median seconds of a function, after one call to warm up."""
    work()
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def speed_of_sound() -> dict[str, float]:
    """Seconds to render 60 s of music."""
    score = quartet()
    return {
        "wav_of_60_s_notes": len(score),
        "wav_of_60_s_seconds": seconds_of(lambda: wav_bytes(score)),
        "midi_of_60_s_seconds": seconds_of(lambda: midi_bytes(score)),
    }


def quality_of_sound() -> dict[str, float]:
    """Tuning, peaks and release tail of the rendered sound."""
    cluster = Score(notes_from([(0, 96, key, 127) for key in range(30, 94)]))
    samples, rate = sound(Score(notes_from([(0, 48, 60, 100, 48)])))  # strings for 1 s
    return {
        "worst_cents_over_88_keys": max(abs(cents_off(key)) for key in PIANO_KEYS),
        "peak_of_a_minute": peak(quartet(10)) / FULL_SCALE,
        "peak_of_64_keys_at_full_force": peak(cluster) / FULL_SCALE,
        "tail_seconds": len(samples) / rate - 1.0,
        "level_at_the_end_of_the_tail": float(np.abs(samples[-rate // 10 :]).max()),
    }


def speed_of_notation() -> dict[str, float]:
    """Seconds to write notation and to draw a piano roll."""
    rng = np.random.default_rng(2)
    rows = [(6 * n, 12, int(rng.integers(36, 96)), 80, 0, n % 3) for n in range(10_000)]
    long, minute = Score(notes_from(rows)), quartet()
    return {
        "musicxml_of_60_s_seconds": seconds_of(lambda: musicxml_bytes(minute)),
        "svg_of_60_s_seconds": seconds_of(lambda: score_svgs(minute)),
        "pdf_of_60_s_seconds": seconds_of(lambda: pdf_bytes(score_svgs(minute))),
        "roll_of_10000_notes_seconds": seconds_of(lambda: piano_roll(long).to_json()),
    }


def read_back(pieces: int) -> dict[str, int]:
    """Number of random pieces that each library reads back as the same notes.

    MusicXML takes a second per piece and is read for one piece in ten.
    """
    rng = np.random.default_rng(3)
    same = dict.fromkeys(READERS, 0)
    in_xml = []
    for index in range(pieces):
        score = one_note_a_key(random_score(rng, notes=100))
        midi, notes = midi_bytes(score), midi_notes(score, SCALE)
        for library, read in READERS.items():
            same[library] += read(midi) == notes
        if index % 10 == 0:
            notes_in_xml = with_musicxml(musicxml_bytes(score))
            written = score.notes[["start", "duration", "pitch"]].tolist()
            in_xml.append(notes_in_xml == sorted(written))
    return {
        "pieces": pieces,
        **{f"same_in_{name}": count for name, count in same.items()},
        "pieces_in_musicxml": len(in_xml),
        "same_in_musicxml": sum(in_xml),
    }


if __name__ == "__main__":
    main()
