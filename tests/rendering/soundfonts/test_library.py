"""SoundFonts of a person: added, checked, chosen, deleted; hostile files are refused by name."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen.bin import SOUNDFONTS, list_bin, restore
from musicgen.rendering.soundfonts.decompress import decompressed
from musicgen.rendering.soundfonts.library import (
    add_soundfont,
    choose_soundfont,
    chosen_soundfont,
    delete_soundfont,
    own_soundfonts,
    shipped_soundfont,
)
from musicgen.rendering.soundfonts.player import has_soundfont_renderer
from musicgen.rendering.soundfonts.riff import (
    COMPRESSED,
    BadSoundFont,
    SoundFontFile,
    parse_soundfont,
    soundfont_bytes,
)
from musicgen.rendering.wav import sound_source, wav_bytes
from musicgen.score import Score, notes_from

NOTE = Score(notes_from([(0, 24, 60)]))
rendered = pytest.mark.skipif(
    not has_soundfont_renderer(), reason="the package midirenderer is not installed"
)


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


def plain() -> bytes:
    return shipped_soundfont().file.read_bytes()


def with_halved_samples() -> bytes:
    """The SoundFont that ships, at a quarter of its loudness."""
    font = parse_soundfont(plain())
    values = np.frombuffer(font.samples, "<i2").copy()
    values[::2] = 0  # every second value: another sound
    return soundfont_bytes(replace(font, samples=memoryview(values.tobytes())))


def compressed() -> bytes:
    """The SoundFont that ships, with its samples as Vorbis streams."""
    soundfile = pytest.importorskip("soundfile", reason="the package soundfile is not installed")
    font = parse_soundfont(plain())
    values, headers = np.frombuffer(font.samples, "<i2"), font.headers.copy()
    streams, length = [], 0
    for header, old in zip(headers, font.headers, strict=True):
        stream = io.BytesIO()
        start, stop = int(old["start"]), int(old["stop"])
        soundfile.write(stream, values[start:stop], int(old["rate"]), "VORBIS", format="OGG")
        header["loop_start"], header["loop_stop"] = (
            old["loop_start"] - start,
            old["loop_stop"] - start,
        )
        streams.append(stream.getvalue())
        header["start"], header["stop"] = length, length + len(streams[-1])
        length += len(streams[-1])
    headers["kind"] |= COMPRESSED
    tables = {**font.tables, b"shdr": headers.tobytes() + font.tables[b"shdr"][headers.nbytes :]}
    return soundfont_bytes(replace(font, samples=memoryview(b"".join(streams)), tables=tables))


def test_the_soundfont_that_ships_sounds_until_another_is_chosen() -> None:
    assert chosen_soundfont() == shipped_soundfont() and own_soundfonts() == []
    font = add_soundfont("Upright.sf2", plain())
    assert chosen_soundfont() == shipped_soundfont() and own_soundfonts() == [font]
    choose_soundfont("Upright")
    assert chosen_soundfont() == font and font.digest != shipped_soundfont().digest
    choose_soundfont("")
    assert chosen_soundfont() == shipped_soundfont()


@rendered
def test_the_server_plays_the_chosen_soundfont() -> None:
    before = wav_bytes(NOTE)
    choose_soundfont(add_soundfont("Other.sf2", with_halved_samples()).name)
    assert sound_source() == "SoundFont Other"
    assert wav_bytes(NOTE) != before
    choose_soundfont("")
    assert wav_bytes(NOTE) == before


@rendered
@pytest.mark.slow
def test_compressed_samples_are_decoded_for_the_server() -> None:
    data = compressed()
    font = add_soundfont("Small.sf3", data)
    assert font.file.read_bytes() == data  # the browser decodes it
    decoded, original = parse_soundfont(font.plain.read_bytes()), parse_soundfont(plain())
    assert not decoded.is_compressed.any()
    lengths = decoded.headers["stop"] - decoded.headers["start"]
    assert np.array_equal(lengths, original.headers["stop"] - original.headers["start"])
    for edge in ("loop_start", "loop_stop"):
        loops = decoded.headers[edge] - decoded.headers["start"]
        assert np.array_equal(loops, original.headers[edge] - original.headers["start"])
    choose_soundfont("Small")
    assert len(wav_bytes(NOTE)) > 100_000


def test_a_deleted_soundfont_no_longer_sounds_and_can_be_restored() -> None:
    choose_soundfont(add_soundfont("Upright.sf2", plain()).name)
    delete_soundfont("Upright")
    assert chosen_soundfont() == shipped_soundfont() and own_soundfonts() == []
    [item] = list_bin(SOUNDFONTS)
    restore(item)
    assert chosen_soundfont().name == "Upright"


def sample_beyond_the_end() -> bytes:
    font = parse_soundfont(plain())
    headers = font.headers.copy()
    headers["stop"][3] = 2**32 - 1
    tables = {**font.tables, b"shdr": headers.tobytes() + font.tables[b"shdr"][headers.nbytes :]}
    return soundfont_bytes(SoundFontFile(font.info, font.samples, tables))


def instruments_without_samples() -> bytes:
    font = parse_soundfont(plain())
    table = bytearray(font.tables[b"igen"])
    for at in range(0, len(table) - 4, 4):
        if table[at : at + 2] == b"\x35\x00":  # the sample of a zone
            table[at + 2 : at + 4] = b"\xff\x7f"
    return soundfont_bytes(replace(font, tables={**font.tables, b"igen": bytes(table)}))


def streams_of_noise() -> bytes:
    """Samples that say they are Vorbis streams, and are none."""
    font = parse_soundfont(plain())
    headers = font.headers.copy()
    headers["kind"] |= COMPRESSED
    tables = {**font.tables, b"shdr": headers.tobytes() + font.tables[b"shdr"][headers.nbytes :]}
    return soundfont_bytes(replace(font, tables=tables))


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("empty.sf2", bytes, "it is no SoundFont"),
        ("song.sf2", lambda: b"MThd" + bytes(100), "it is no SoundFont"),
        ("cut.sf2", lambda: plain()[:-50], "it is cut off, or damaged"),
        ("table.sf2", lambda: plain().replace(b"phdr", b"xhdr"), "its table phdr is missing"),
        ("far.sf2", sample_beyond_the_end, "lies beyond the end of the data"),
        pytest.param(
            "zones.sf2", instruments_without_samples, "cannot play it", marks=rendered
        ),
        ("noise.sf3", streams_of_noise, "compressed|cannot be decoded|beyond the end"),
        ("tune.mid", plain, "its name ends with none of .sf2 and .sf3"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_by_name(name: str, make, reason: str, workspace: Path) -> None:
    with pytest.raises(BadSoundFont, match=f"{name} cannot be used: .*({reason})"):
        add_soundfont(name, make())
    assert own_soundfonts() == []
    assert (
        not any((workspace / SOUNDFONTS).glob("*")) if (workspace / SOUNDFONTS).exists() else True
    )


def test_a_name_leads_nowhere_else(workspace: Path) -> None:
    font = add_soundfont("../../../etc/Upright.sf2", plain())
    assert font.file.parent == workspace / SOUNDFONTS / "Upright"
    with pytest.raises(BadSoundFont, match=r"\.sf2 cannot be used"):
        add_soundfont(".sf2", plain())


def test_a_second_one_of_the_same_name_is_refused() -> None:
    add_soundfont("Upright.sf2", plain())
    with pytest.raises(BadSoundFont, match="there is a SoundFont 'Upright' already"):
        add_soundfont("Upright.sf2", plain())


@pytest.mark.slow
def test_samples_that_grow_beyond_all_bounds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    font = parse_soundfont(compressed())
    monkeypatch.setattr("musicgen.rendering.soundfonts.decompress.MAX_PLAIN_BYTES", 100_000)
    with pytest.raises(BadSoundFont, match="its samples are more than"):
        decompressed(font)
