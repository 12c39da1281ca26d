"""What the Train page has for learners: several seeds in one press, costs piece by piece."""

from __future__ import annotations

import pytest

from musicgen.training.worker import launch
from tests.helpers.page_text import TRAIN, texts
from tests.helpers.tiny_music import tiny_pieces, write_folder
from tests.helpers.tiny_runs import write_run


def test_one_press_starts_several_seeds(open_page, monkeypatch: pytest.MonkeyPatch):
    started = []
    monkeypatch.setattr(launch, "_spawn", lambda run: started.append(run.settings))
    page = open_page(TRAIN, collection="bach-chorales", preset="Quick")
    page.text_input(key="name-bach-chorales-Quick").set_value("mine")
    page.number_input(key="seeds").set_value(3)
    page.button(key="start").click().run()
    assert not page.exception
    assert [run.name for run in started] == ["mine seed 0", "mine seed 1", "mine seed 2"]
    assert [run.train.seed for run in started] == [0, 1, 2]
    assert len({(run.source, run.encoding, run.train.minutes) for run in started}) == 1


def test_a_checkpoint_is_evaluated_piece_by_piece(open_page, home):
    write_folder(home / "collections" / "tunes")
    write_run(home / "runs", source="tunes", training=tiny_pieces())
    page = open_page(TRAIN, show="Watch", run="tiny")
    page.segmented_control(key="curves").set_value("Evaluation").run()
    assert page.query_params["curves"] == "Evaluation"
    assert page.selectbox(key="evaluated-tiny").options == ["epoch 2, the best"]
    page.button(key="evaluate-pieces").click().run()
    assert not page.exception
    assert "bits a note** on" in texts(page)
    [table] = [t.value for t in page.dataframe if "bits a note" in t.value]
    assert len(table) > 0
    assert table["bits a note"].tolist() == sorted(table["bits a note"], reverse=True)
