from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from musicgen.composing.records.saved_pieces import save_piece
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.user.user_collections import import_source
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.status import STOPPED
from musicgen.training.settings import RunSettings
from musicgen.ui.first_visit import first_steps
from tests.helpers.example_runs import run_that_is
from tests.helpers.page_text import TRAIN, texts
from tests.helpers.tiny_music import write_folder


def test_an_empty_home_says_what_to_do(open_page, home: Path):
    page = open_page()
    text = texts(page)
    assert [header.value for header in page.header] == ["Collections", "Models"]
    assert "1. Hear a piece" in text
    assert str(home) in text


def test_collections_and_runs_are_listed(open_page, home: Path, tmp_path: Path):
    import_source(write_folder(tmp_path / "my tunes", count=3))
    create_run(RunSettings("first run", "my tunes"))
    text = texts(open_page())
    assert all(pieces in text for pieces in ("409 pieces", "1,059 pieces", "62 pieces"))
    assert "3 files" in text
    assert "queued" in text


def test_runs_that_do_not_fit_have_a_row_each_and_harm_no_other(open_page):
    run_that_is(STOPPED, "good")
    all_settings = ["", "[]", "{}", '{"name": 3}', '{"model": {"kind": "none"}}', "[" * 10**5]
    damaged = [run_that_is(STOPPED, f"damaged-{n}") for n in range(len(all_settings))]
    for run, settings in zip(damaged, all_settings, strict=True):
        (run.folder / "run.json").write_text(settings)
    text = texts(open_page())
    assert text.count("cannot be read") == len(damaged) and "stopped · 3 epochs" in text
    page = open_page(TRAIN, show="Watch")
    for show in ("Compare", "New", "Watch"):
        page.segmented_control(key="show").set_value(show).run()
        assert not page.exception
    for run in damaged:
        page.selectbox(key="run").set_value(run.name).run()
        assert not page.exception and "cannot be read" in page.error[0].value
        page.button(key=f"delete-{run.name}").click().run()
        assert not page.exception and not run.folder.exists()


def test_the_invitation_goes_step_by_step(open_page, tmp_path: Path):
    assert "Three clicks" in texts(open_page())
    assert not any(step.done for step in first_steps())
    import_source(write_folder(tmp_path / "my tunes", count=3))
    create_run(RunSettings("first run", "my tunes"))
    assert [step.done for step in first_steps()] == [False, True, True]
    assert first_steps()[2].query == (("show", "New"), ("collection", "my tunes"))
    text = texts(open_page())
    assert text.count(":green-badge[:material/check: done]") == 2
    assert "1. Hear a piece" in text and "3. Train a model on it" in text
    midi, settings = midi_bytes(Score(notes_from([(0, 24, 60)]))), ComposeSettings()
    save_piece(midi, "chorales@best", settings, 0, {}, datetime.now(UTC), "", "A piece")
    text = texts(open_page())
    assert "Three clicks" not in text and "done]" not in text and "1. Hear" not in text


def test_the_latest_pieces_have_a_roll_each(open_page):
    settings, now = ComposeSettings(), datetime(2026, 11, 30, tzinfo=UTC)
    midi = midi_bytes(Score(notes_from([(24 * n, 24, 60 + n) for n in range(16)])))
    for name in ("one", "two", "three", "four", "five"):
        save_piece(midi, "chorales@best", settings, 0, {}, now, "", name)
    save_piece(b"no MIDI", "chorales@best", settings, 0, {}, now, "", "bad")
    page = open_page()
    rolls = [html.proto.body for html in page.get("html") if "small-roll" in html.proto.body]
    assert sum("data:image/svg+xml;base64," in roll for roll in rolls) == 3
    text = texts(page)
    assert "It cannot be read." in text and "notes · 0:08" in text
    assert "6 pieces in all, on the Compose page" in text
