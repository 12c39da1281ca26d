"""History of composed pieces on disk."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from musicgen.composing.records import saved_pieces
from musicgen.composing.settings import ComposeSettings
from musicgen.errors import InvalidSetting
from musicgen.paths import BadName

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
SETTINGS = ComposeSettings(bars=8, seed=5, key="D minor")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


def saved(minutes: int = 0, **more) -> saved_pieces.SavedPiece:
    facts = {"notes": 3, "originality": {"longest_run": 9}}
    now = NOW + timedelta(minutes=minutes)
    return saved_pieces.save_piece(b"MThd", "chorales best", SETTINGS, 2, facts, now, **more)


def test_a_piece_is_read_back_with_its_facts():
    piece = saved(primer="the opening of bwv1")
    (read,) = saved_pieces.list_pieces()
    assert read == piece == saved_pieces.read_piece(piece.id)
    assert (read.checkpoint, read.settings, read.variation) == ("chorales best", SETTINGS, 2)
    assert read.facts["originality"] == {"longest_run": 9}
    assert read.created == "2026-11-24T12:30:00+00:00"
    assert read.midi == b"MThd"


def test_without_a_folder_the_history_is_empty():
    assert saved_pieces.list_pieces() == []


def test_the_latest_piece_comes_first_and_two_at_once_have_ids_of_their_own():
    ids = [saved(minutes).id for minutes in (0, 5, 0)]
    assert len(set(ids)) == 3
    assert [piece.id for piece in saved_pieces.list_pieces()] == [ids[1], ids[2], ids[0]]


def test_stars_and_names_are_saved():
    piece = saved(name="first")
    saved_pieces.star(piece.id, True)
    saved_pieces.rename(piece.id, "  Evening hymn ")
    read = saved_pieces.read_piece(piece.id)
    assert (read.starred, read.name) == (True, "Evening hymn")
    assert saved_pieces.star(piece.id, False).starred is False
    assert read.midi == b"MThd"


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "two\nlines"])
def test_empty_and_long_names_are_refused(name):
    piece = saved()
    with pytest.raises(InvalidSetting, match="1 to 100 characters"):
        saved_pieces.rename(piece.id, name)


def test_delete(home):
    first, second = saved(0), saved(1)
    saved_pieces.delete(first.id)
    assert [piece.id for piece in saved_pieces.list_pieces()] == [second.id]
    assert [path.name for path in (home / "pieces").iterdir()] == [second.id]
    with pytest.raises(saved_pieces.UnknownPiece):
        saved_pieces.delete(first.id)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "piece.json").write_text("{"),
        lambda folder: (folder / "piece.json").write_text("[]"),
        lambda folder: (folder / "piece.json").write_text('{"name": "x"}'),
        lambda folder: (folder / "piece.json").write_text(
            (folder / "piece.json").read_text().replace('"bars": 8', '"bars": 0')
        ),
        lambda folder: (folder / "piece.json").unlink(),
        lambda folder: (folder / "piece.mid").unlink(),
    ],
)
def test_a_damaged_folder_is_not_listed_and_can_be_deleted(home, damage):
    good, bad = saved(0), saved(1)
    damage(home / "pieces" / bad.id)
    (home / "pieces" / "a file").write_text("")
    assert saved_pieces.list_pieces() == [good]
    with pytest.raises(saved_pieces.UnknownPiece):
        saved_pieces.read_piece(bad.id)
    saved_pieces.delete(bad.id)


def test_an_id_with_a_path_is_refused():
    with pytest.raises(saved_pieces.UnknownPiece):
        saved_pieces.read_piece("../pieces")
    with pytest.raises(BadName):
        saved_pieces.delete("../pieces")


def test_a_piece_saved_by_version_1_has_the_defaults_of_its_time(home) -> None:
    piece = saved()
    path = home / "pieces" / piece.id / "piece.json"
    entry = json.loads(path.read_text())
    entry["settings"] = {"bars": 8, "seed": 5}
    path.write_text(json.dumps(entry))
    settings = saved_pieces.read_piece(piece.id).settings
    assert (settings.bars, settings.endings, settings.from_home) == (8, 0, False)
    assert settings.draws_other_notes
