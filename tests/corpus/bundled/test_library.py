"""The bundled collections: facts, contents, and that they can be built again."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import pretty_midi
import pytest

from musicgen.corpus.bundled.build import build_library
from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.load import load_collection
from musicgen.metres import Metre
from musicgen.score import Score


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))


def scores(name: str) -> dict[str, Score]:
    return {score.name: score for score in load_collection(name).scores}


def test_collections_have_a_source_and_a_licence() -> None:
    assert [(collection.name, collection.pieces) for collection in bundled_collections()] == [
        ("bach-chorales", 409),
        ("ryans-mammoth", 1059),
        ("string-quartets", 62),
    ]
    for collection in bundled_collections():
        assert "public domain" in collection.licence and "music21" in collection.source
        with zipfile.ZipFile(collection.path) as archive:
            names = archive.namelist()
            assert archive.testzip() is None
        assert len(names) == collection.pieces and names == sorted(names)
    assert sum(collection.path.stat().st_size for collection in bundled_collections()) < 2**20


def test_a_well_known_chorale() -> None:
    """BWV 269, Aus meines Herzens Grunde: in G, in three, with a pickup of one quarter."""
    chorale = scores("bach-chorales")["bwv269"]
    assert chorale.metres == (Metre(0, 1, 4), Metre(24, 3, 4))
    first = chorale.notes[chorale.notes["start"] == 0]
    assert first[["pitch", "part"]].tolist() == [(43, 3), (59, 2), (62, 1), (67, 0)]
    soprano = chorale.notes[chorale.notes["part"] == 0]["pitch"]
    assert soprano[:8].tolist() == [67, 67, 74, 71, 69, 67, 67, 69]


def test_chorales_have_four_voices_in_order() -> None:
    chorales = scores("bach-chorales")
    voices = Counter(int(chorale.notes["part"].max()) + 1 for chorale in chorales.values())
    assert voices == {4: 407, 5: 2}
    for chorale in chorales.values():
        means = [
            chorale.notes["pitch"][chorale.notes["part"] == part].mean()
            for part in range(int(chorale.notes["part"].max()) + 1)
        ]
        assert means[0] > means[-1], chorale.name
    pickups = sum(chorale.metres[0].ticks_per_bar < 72 for chorale in chorales.values())
    assert pickups == 284


def test_a_well_known_tune() -> None:
    """7th Regiment begins with the bar `A2(Ac) eAce` in sixteenths."""
    tunes = scores("ryans-mammoth")
    assert max(int(tune.notes["part"].max()) for tune in tunes.values()) == 0
    reel = tunes["7thRegimentReel"]
    assert reel.metres == (Metre(0, 2, 4),)
    assert reel.notes[["start", "duration", "pitch"]][:5].tolist() == [
        (0, 12, 69),
        (12, 6, 69),
        (18, 6, 73),
        (24, 6, 76),
        (30, 6, 69),
    ]
    assert tunes["AllTheRageReel"].metres == (Metre(0, 1, 8), Metre(12, 2, 2))


def test_quartets_have_four_instruments_in_their_ranges() -> None:
    quartets = scores("string-quartets")
    composers = Counter(name.split("-")[0] for name in quartets)
    assert composers == {"beethoven": 38, "haydn": 9, "mozart": 15}
    lowest = {"Violin I": 55, "Violin II": 55, "Viola": 48, "Violoncello": 36}
    too_low = []
    for quartet in quartets.values():
        assert [(part.name, part.program) for part in quartet.parts] == list(
            zip(lowest, (40, 40, 41, 42), strict=True)
        ), quartet.name
        for number, limit in enumerate(lowest.values()):
            pitches = quartet.notes["pitch"][quartet.notes["part"] == number]
            too_low += [(quartet.name, int(pitch)) for pitch in pitches if pitch < limit]
    assert too_low == [("haydn-opus74no1-4", 35)]  # so in the file


def test_a_well_known_quartet() -> None:
    """Mozart's K. 458, The Hunt: in 6/8 with a pickup; the violins begin in thirds and fourths."""
    hunt = scores("string-quartets")["mozart-k458-1"]
    assert hunt.metres == (Metre(0, 1, 8), Metre(12, 6, 8))
    violins = [hunt.notes["pitch"][hunt.notes["part"] == part][:7].tolist() for part in (0, 1)]
    assert violins == [[77, 77, 74, 74, 74, 70, 70], [74, 74, 70, 70, 70, 65, 65]]
    assert (hunt.tempo, hunt.bars) == (120.0, 281)


def test_works_are_divided_into_movements() -> None:
    """Beethoven's opus 132 has five; the third changes its metre and tempo four times."""
    quartets = scores("string-quartets")
    movements = [quartets[f"beethoven-opus132-{number}"] for number in range(1, 6)]
    assert [movement.bars for movement in movements] == [264, 238, 212, 46, 356]
    thanks = movements[2]
    metres = [(metre.numerator, metre.denominator) for metre in thanks.metres]
    assert metres == [(2, 4), (4, 4), (3, 8), (4, 4), (3, 8), (4, 4)]  # from a pickup on
    assert [change.tempo for change in thanks.tempo_changes] == [72.0, 54.0, 60.0, 54.0]


def test_pretty_midi_reads_the_same_notes() -> None:
    for collection in bundled_collections():
        own_scores = scores(collection.name)
        with zipfile.ZipFile(collection.path) as archive:
            for name in archive.namelist()[40::150]:
                theirs = pretty_midi.PrettyMIDI(io.BytesIO(archive.read(name)))
                score = own_scores[name.removesuffix(".mid")]
                notes = [note.pitch for part in theirs.instruments for note in part.notes]
                assert sorted(notes) == sorted(score.notes["pitch"].tolist()), name
                assert theirs.get_end_time() == pytest.approx(score.seconds, rel=1e-4), name
                assert len(theirs.time_signature_changes) == len(score.metres), name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["haydn-opus1no1-1", "mozart-k80-3", "mozart-k156-2"])
def test_music21_counts_the_same_notes(name: str) -> None:
    """Notes of each part but for grace notes and those that a tie leads to."""
    from music21 import chord, corpus

    quartet = scores("string-quartets")[name]
    composer, work, movement = name.split("-")
    counts = []
    for part in corpus.parse(f"{composer}/{work}/movement{movement}").parts:
        written = [element for element in part.flatten().notes if not element.duration.isGrace]
        notes = [n for e in written for n in (e.notes if isinstance(e, chord.Chord) else (e,))]
        counts.append(sum(n.tie is None or n.tie.type == "start" for n in notes))
    assert counts == [int((quartet.notes["part"] == part).sum()) for part in range(4)]


@pytest.mark.slow
def test_the_library_is_built_again_byte_for_byte(tmp_path: Path) -> None:
    """Every fortieth piece of the bundled collections, from the installed music21."""
    calls: list[tuple[int, int]] = []
    zips = build_library(tmp_path, lambda done, total: calls.append((done, total)), stride=40)
    total = len(calls)
    assert calls == [(done, total) for done in range(1, total + 1)]
    for path, shipped in zip(zips, bundled_collections(), strict=True):
        with zipfile.ZipFile(path) as new, zipfile.ZipFile(shipped.path) as old:
            assert new.namelist() == old.namelist()[::40]
            for name in new.namelist():
                assert new.read(name) == old.read(name), name
            assert {member.date_time for member in new.infolist()} == {(1980, 1, 1, 0, 0, 0)}
