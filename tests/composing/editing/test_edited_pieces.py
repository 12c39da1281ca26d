"""Edited pieces: what is undone, saved, sent twice and written after a crash."""

from datetime import UTC, datetime

import pytest

from musicgen.composing.editing.change import Change, InvalidChange
from musicgen.composing.editing.edit_log import EditLog, Move, log_bytes, parse_log
from musicgen.composing.editing.edited_pieces import (
    LOG,
    LOG_BYTES,
    EditConflict,
    add_edits,
    open_piece,
    repair,
    save_rewritten,
)
from musicgen.composing.records.recipe import recipe_in
from musicgen.composing.records.saved_pieces import (
    add_facts,
    delete,
    list_pieces,
    read_piece,
    rename,
    save_piece,
    star,
)
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.readers.read_score import read_score
from musicgen.paths import pieces_folder
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from

NOW = datetime(2026, 11, 29, tzinfo=UTC)
SCALE = Score(notes_from([(24 * n, 24, 60 + n) for n in range(8)]))
NOTE = (0, 24, 60, 80, 0)
UP = Change("Move a note", (NOTE,), ((0, 24, 72, 80, 0),))
LOUDER = Change("Velocity", ((0, 24, 72, 80, 0),), ((0, 24, 72, 100, 0),))


@pytest.fixture(autouse=True)
def piece(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    facts = {"begin": "", "primer_notes": 2, "metrics": {"x": 1.0}, "notes": 8}
    midi = midi_bytes(SCALE)
    return save_piece(midi, "run@best", ComposeSettings(seed=5), 0, facts, NOW, name="scale")


def add(piece_id, known, *lines, child="abc"):
    return add_edits(piece_id, child, known, lines, midi_bytes, NOW)


def test_the_first_edit_makes_a_child_and_leaves_the_piece_as_it_was(piece):
    child = add(piece.id, 0, UP)
    assert child.id != piece.id
    assert open_piece(piece.id).score() == SCALE
    assert child.facts["from"] == piece.id
    pitches = sorted(read_score(child.midi, "a.mid").notes["pitch"].tolist())
    assert pitches == [61, 62, 63, 64, 65, 66, 67, 72]


def test_the_recipe_says_what_was_composed_and_what_was_edited(piece):
    recipe = recipe_in(add(piece.id, 0, UP).midi)
    assert recipe.begin is None
    assert recipe.edits is not None
    assert (recipe.edits.gestures, recipe.edits.composed_notes) == (1, 7)
    assert (recipe.edits.edited_notes, recipe.edits.removed_notes) == (1, 1)


def test_all_undone_the_piece_is_as_composed_to_the_byte(piece):
    child = add(piece.id, 0, UP, LOUDER)
    edited = child.midi
    undone = add(child.id, 2, Move(1), Move(0))
    assert undone.midi == piece.midi
    assert undone.facts["metrics"] == {"x": 1.0}
    assert undone.facts["begin"] == ""
    redone = add(child.id, 4, Move(2))
    assert redone.midi == edited


def test_a_gesture_after_an_undo_replaces_what_was_undone(piece):
    child = add(piece.id, 0, UP, Move(0), Change("Delete", (NOTE,)))
    log = open_piece(child.id).log
    assert [change.name for change in log.changes] == ["Delete"]
    assert len(open_piece(child.id).score()) == 7


def test_lines_that_are_sent_twice_count_once(piece):
    child = add(piece.id, 0, UP)
    assert add(piece.id, 0, UP, LOUDER).id == child.id
    assert open_piece(child.id).log.changes == (UP, LOUDER)
    assert len(list_pieces()) == 2


def test_edits_of_two_pages_are_both_kept(piece):
    child = add(piece.id, 0, UP)
    add(child.id, 1, LOUDER)
    without = Change("Delete", ((0, 24, 72, 80, 0),))
    other = add(child.id, 1, without, child="def")  # a page that knows nothing of LOUDER
    assert add(child.id, 1, without, child="def").id == other.id  # sent twice
    assert open_piece(child.id).log.changes == (UP, LOUDER)
    assert open_piece(other.id).log.changes == (UP, without)
    assert (child.name, other.name) == ("scale, edited", "scale, edited, other edits")
    assert read_score(other.midi, "a.mid") == open_piece(other.id).score()
    assert other.facts["from"] == child.id
    assert add(other.id, 2, Move(1), child="def").id == other.id


def test_edits_that_follow_on_unknown_ones_are_refused(piece):
    child = add(piece.id, 0, UP)
    for piece_id in (piece.id, child.id):
        with pytest.raises(EditConflict, match="open it again"):
            add(piece_id, 2, LOUDER)
    assert len(list_pieces()) == 2


def test_a_piece_that_is_renamed_while_it_is_edited_keeps_its_name_and_star(piece):
    child = add(piece.id, 0, UP)
    rename(child.id, "evening")
    star(child.id, True)
    edited = add(child.id, 1, LOUDER)
    assert (edited.name, edited.starred) == ("evening", True)
    assert add_facts(child, {"metrics": {}}) == read_piece(child.id)  # its music is another by now
    assert "metrics" not in read_piece(child.id).facts
    rename(child.id, "night")
    measured = add_facts(edited, {"metrics": {"x": 1.0}})
    assert (measured.name, measured.facts["metrics"]) == ("night", {"x": 1.0})


def test_bars_composed_again_of_a_piece_that_was_deleted_meanwhile_are_kept(piece):
    new = save_piece(midi_bytes(SCALE), "run@best", piece.settings, 0, {}, NOW, name="new")
    delete(piece.id)
    assert save_rewritten(piece.id, new, "Compose bar 1 again", midi_bytes) == new
    assert list_pieces() == [new]


@pytest.mark.parametrize(
    "line",
    [
        Change("Delete", ((5, 24, 60, 80, 0),)),
        Change("Add", (), ((0, 24, 60, 80, 3),)),
        Move(7),
    ],
)
def test_edits_that_do_not_fit_are_refused_and_not_saved(piece, line):
    child = add(piece.id, 0, UP)
    with pytest.raises(InvalidChange):
        add(child.id, 1, line)
    assert open_piece(child.id).log.changes == (UP,)


def test_after_a_crash_between_log_and_music_the_log_counts(piece):
    child = add(piece.id, 0, UP)
    with (pieces_folder() / child.id / LOG).open("ab") as file:
        file.write(log_bytes([LOUDER]) + b'{"name": "cut o')
    repaired = repair(child.id, midi_bytes)
    assert read_score(repaired.midi, "a.mid") == open_piece(child.id).score()
    assert repaired.facts["edits"]["gestures"] == 2
    assert repair(child.id, midi_bytes) == repaired


def test_a_rewriting_is_undone_like_an_edit(piece):
    child = add(piece.id, 0, UP)
    score = open_piece(child.id).score()
    rewritten = Score(score.notes[score.notes["start"] < 96], parts=score.parts)
    facts = {"from": child.id, "rewritten": [1, 1], "how": "rewritten"}
    new = save_piece(midi_bytes(rewritten), "run@best", ComposeSettings(), 0, facts, NOW)
    new = save_rewritten(child.id, new, "Compose bar 2 again", midi_bytes)
    assert new.facts[LOG_BYTES] > 0
    assert read_score(new.midi, "a.mid").notes.tolist() == rewritten.notes.tolist()
    undone = add(new.id, 2, Move(1))
    assert read_score(undone.midi, "a.mid").notes.tolist() == score.notes.tolist()
    assert add(new.id, 3, Move(0)).midi == piece.midi


def test_a_log_is_read_up_to_its_first_damaged_line():
    data = log_bytes([UP, LOUDER, Move(1)])
    assert parse_log(data) == (EditLog().with_lines([UP, LOUDER, Move(1)]), len(data))
    damaged = log_bytes([UP]) + b"{}\n" + log_bytes([LOUDER])
    assert parse_log(damaged) == (EditLog().with_lines([UP]), len(log_bytes([UP])))
    assert parse_log(data[:-1])[0].cursor == 2
