"""The history of composed pieces on disk."""

from datetime import UTC, datetime, timedelta

import pytest

from musicgen.composing.records import saved_pieces
from musicgen.composing.settings import ComposeSettings
from musicgen.paths import BadName

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
SETTINGS = ComposeSettings(bars=8, seed=5, key="D minor")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


def kept(minutes: int = 0, **more) -> saved_pieces.SavedPiece:
    facts = {"notes": 3, "originality": {"longest_run": 9}}
    now = NOW + timedelta(minutes=minutes)
    return saved_pieces.save_piece(b"MThd", "chorales best", SETTINGS, 2, facts, now, **more)


def test_a_piece_is_kept_with_all_that_is_known_of_it():
    piece = kept(primer="the opening of bwv1")
    (found,) = saved_pieces.list_pieces()
    assert found == piece == saved_pieces.read_piece(piece.id)
    assert (found.checkpoint, found.settings, found.variation) == ("chorales best", SETTINGS, 2)
    assert found.facts["originality"] == {"longest_run": 9}
    assert found.created == "2026-11-24T12:30:00+00:00"
    assert found.midi == b"MThd"


def test_no_history_is_an_empty_one():
    assert saved_pieces.list_pieces() == []


def test_the_latest_comes_first_and_two_at_once_are_two():
    ids = [kept(minutes).id for minutes in (0, 5, 0)]
    assert len(set(ids)) == 3
    assert [piece.id for piece in saved_pieces.list_pieces()] == [ids[1], ids[2], ids[0]]


def test_star_and_rename_last():
    piece = kept(name="first")
    saved_pieces.star(piece.id, True)
    saved_pieces.rename(piece.id, "  Evening hymn ")
    found = saved_pieces.read_piece(piece.id)
    assert (found.starred, found.name) == (True, "Evening hymn")
    assert saved_pieces.star(piece.id, False).starred is False
    assert found.midi == b"MThd"


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "two\nlines"])
def test_a_name_that_cannot_be_is_refused(name):
    piece = kept()
    with pytest.raises(ValueError, match="1 to 100 characters"):
        saved_pieces.rename(piece.id, name)


def test_delete(home):
    first, second = kept(0), kept(1)
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
def test_a_broken_folder_never_breaks_the_list_and_can_be_deleted(home, damage):
    good, bad = kept(0), kept(1)
    damage(home / "pieces" / bad.id)
    (home / "pieces" / "a file").write_text("")
    assert saved_pieces.list_pieces() == [good]
    with pytest.raises(saved_pieces.UnknownPiece):
        saved_pieces.read_piece(bad.id)
    saved_pieces.delete(bad.id)


def test_a_name_with_a_path_in_it_leads_nowhere():
    with pytest.raises(saved_pieces.UnknownPiece):
        saved_pieces.read_piece("../pieces")
    with pytest.raises(BadName):
        saved_pieces.delete("../pieces")
