"""Channels of a MIDI file whose keys are drums.

General MIDI has them on channel 10 alone. Files for GS and XG synthesizers make any channel one
with a system-exclusive message; in XG and General MIDI 2 the bank of a program does so too.
Sources: Roland GS and Yamaha XG specifications, General MIDI 2.
"""

from __future__ import annotations

import numpy as np

from musicgen.corpus.readers.midi.events import CONTROL, PROGRAM, MidiEvents
from musicgen.theory.general_midi import DRUM_CHANNEL

_BANK = 0  # controller that selects a bank, its more significant byte
_XG_DRUM_BANKS, _GM2_DRUM_BANK = (126, 127), 120
_GM2_ON = bytes([0x09, 0x03])


def drum_channels(events: MidiEvents) -> frozenset[int]:
    """The channels of drums, 0 to 15, as the last message about each says."""
    is_drum = {DRUM_CHANNEL: True}
    banks: set[int] = set()
    for message in sorted(events.exclusives, key=lambda message: message.tick):
        data = message.data
        if mode := _gs_mode(data) or _xg_mode(data):
            channel, is_drum[channel] = mode
        if _is_xg(data):
            banks.update(_XG_DRUM_BANKS)
        elif data[:1] == b"\x7e" and data[2:4] == _GM2_ON:
            banks.add(_GM2_DRUM_BANK)
    if banks:
        for channel in _channels_of_banks(events, banks):
            is_drum.setdefault(channel, True)
    return frozenset(channel for channel, drums in is_drum.items() if drums)


def drum_messages(channel: int, is_drum: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """System-exclusive data that make a channel one of drums, or not, for GS and XG."""
    block = 0 if channel == DRUM_CHANNEL else channel + (channel < DRUM_CHANNEL)
    address = 0x40, 0x10 | block, 0x15, int(is_drum)
    checksum = -sum(address) % 128
    return (
        (0x41, 0x10, 0x42, 0x12, *address, checksum),
        (0x43, 0x10, 0x4C, 0x08, channel, 0x07, int(is_drum)),
    )


def is_drum_message(data: bytes) -> bool:
    """Whether a system-exclusive message says no more than what a channel is for."""
    return (_gs_mode(data) or _xg_mode(data)) is not None


def _gs_mode(data: bytes) -> tuple[int, bool] | None:
    """Channel and mode of a GS message `use for rhythm part`."""
    is_part_mode = data[:1] == b"\x41" and data[2:5] == b"\x42\x12\x40" and data[6:7] == b"\x15"
    if not (is_part_mode and len(data) >= 8 and data[5] >> 4 == 1):
        return None
    block = data[5] & 15
    channel = DRUM_CHANNEL if block == 0 else block - (block <= DRUM_CHANNEL)
    return channel, data[7] > 0


def _xg_mode(data: bytes) -> tuple[int, bool] | None:
    """Channel and mode of an XG message `part mode`."""
    if not (_is_xg(data) and len(data) >= 7 and data[3] == 8 and data[4] < 16 and data[5] == 7):
        return None
    return data[4], data[6] > 0


def _is_xg(data: bytes) -> bool:
    return len(data) >= 4 and data[0] == 0x43 and data[1] >> 4 == 1 and data[2] == 0x4C


def _channels_of_banks(events: MidiEvents, banks: set[int]) -> list[int]:
    """Channels all of whose programs are of the banks."""
    channels = []
    for channel in np.unique(events.channels).tolist():
        rows = np.flatnonzero(events.channels == channel)
        is_bank = (events.kinds[rows] == CONTROL) & (events.first[rows] == _BANK)
        programs = rows[events.kinds[rows] == PROGRAM]
        selections = rows[is_bank]
        before = np.searchsorted(selections, programs)
        if len(programs) and before.all():
            selected = set(events.second[selections[before - 1]].tolist())
            channels += [channel] if selected <= banks else []
    return channels
