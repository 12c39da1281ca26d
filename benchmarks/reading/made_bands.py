"""MIDI files of made-up bands: drums, pedal, tempo maps, several programs in a track.

Run as `python -m benchmarks.reading.made_bands FOLDER [--files N]`, for
`benchmarks.reading.round_trips`.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import mido

TICKS = 480  # per quarter
BEATS = 64
DRUM_CHANNEL, SUSTAIN = 9, 64
Events = list[tuple[int, int, mido.Message]]  # tick, order within it, message


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=67)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for number in range(options.files):
        band(random.Random(number)).save(options.folder / f"band{number:03}.mid")


def band(choices: random.Random) -> mido.MidiFile:
    """A band of 1 to 12 parts, most with drums, some played off the beat."""
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    jitter = choices.choice((0, 0, 12, 200))  # ticks; the last is a performance
    file.tracks.append(_track(_marks(choices)))
    channels = [channel for channel in range(16) if channel != DRUM_CHANNEL]
    for channel in choices.sample(channels, choices.randint(1, 11)):
        file.tracks.append(_track(_part(choices, channel, jitter)))
    if choices.random() < 0.8:
        file.tracks.append(_track(_part(choices, DRUM_CHANNEL, jitter)))
    return file


def _marks(choices: random.Random) -> Events:
    """Metre, key and a tempo map of up to 40 changes."""
    events: Events = [(0, 0, mido.MetaMessage("time_signature", numerator=3, denominator=4))]
    events.append((0, 0, mido.MetaMessage("key_signature", key=choices.choice(("Eb", "F#m", "C")))))
    for _ in range(choices.choice((1, 3, 40))):
        tempo = mido.bpm2tempo(choices.uniform(50, 180))
        events.append(
            (choices.randrange(BEATS * TICKS), 0, mido.MetaMessage("set_tempo", tempo=tempo))
        )
    return events


def _part(choices: random.Random, channel: int, jitter: int) -> Events:
    events: Events = []
    for beat in sorted(choices.sample(range(BEATS), choices.choice((1, 1, 3)))):
        program = mido.Message("program_change", program=choices.randrange(128), channel=channel)
        events.append((beat * TICKS - 1 if events else 0, 1, program))
    for half in range(2 * BEATS):
        start = max(0, half * TICKS // 2 + choices.randint(-jitter, jitter))
        keys = choices.sample(range(36, 84), choices.choice((0, 1, 1, 3)))
        for key in keys:
            velocity, length = choices.randint(1, 127), choices.randint(40, 230)
            on = mido.Message("note_on", channel=channel, note=key, velocity=velocity)
            off = mido.Message("note_off", channel=channel, note=key, velocity=64)
            events += [(start, 2, on), (start + length, 0, off)]
    if channel != DRUM_CHANNEL and choices.random() < 0.5:
        for beat in range(0, BEATS, 2):
            for tick, value in ((beat * TICKS, choices.choice((127, 80))), ((beat + 1) * TICKS, 0)):
                message = {"channel": channel, "control": SUSTAIN, "value": value}
                events.append((tick, 1, mido.Message("control_change", **message)))
    return events


def _track(events: Events) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=TICKS))
    return track


if __name__ == "__main__":
    main()
