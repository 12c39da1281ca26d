"""What a person says of the kind of time of a source: saved, moved with it, applied."""

from pathlib import Path

import pytest

from musicgen.corpus.load import find_source, load_collection
from musicgen.corpus.time_choice import save_time, saved_time, with_time
from musicgen.corpus.user.user_collections import import_source, rename
from musicgen.encoding.registry import fit_encoding
from musicgen.errors import InvalidSetting
from tests.helpers.bands import performance_midi, performance_score
from tests.helpers.tiny_music import write_folder


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))


def test_a_performance_is_recognised_and_a_person_can_say_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "played.mid"
    file.write_bytes(performance_midi())
    [score] = load_collection(file).scores
    assert score.is_performance
    [in_beats] = load_collection(file, time="beats").scores
    assert not in_beats.is_performance
    assert fit_encoding("events", [score]).grid.name == "seconds"
    assert fit_encoding("events", [in_beats]).grid.name == "beats"


def test_the_choice_for_a_file_is_saved_and_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "played.mid"
    file.write_bytes(performance_midi())
    path = find_source(str(file))[1]
    assert saved_time(path) == "auto"
    save_time(path, "beats")
    assert saved_time(path) == "beats"
    assert not load_collection(file).scores[0].is_performance
    assert load_collection(file, time="seconds").scores[0].is_performance
    save_time(path, "auto")
    assert load_collection(file).scores[0].is_performance


def test_the_choice_for_a_collection_moves_with_it(tmp_path: Path) -> None:
    import_source(write_folder(tmp_path / "melodies", count=2), "melodies")
    save_time(find_source("melodies")[1], "seconds")
    rename("melodies", "tunes")
    assert saved_time(find_source("tunes")[1]) == "seconds"
    tunes = load_collection("tunes")
    assert len(tunes) == 2 and not tunes.refused  # the file of the choice is no music
    assert all(score.is_performance for score in tunes.scores)


def test_bundled_collections_have_a_choice_of_their_own() -> None:
    path = find_source("ryans-mammoth")[1]
    save_time(path, "seconds")
    assert saved_time(path) == "seconds"
    assert saved_time(find_source("bach-chorales")[1]) == "auto"


def test_a_choice_changes_nothing_but_the_kind_of_time() -> None:
    score = performance_score()
    assert with_time(score, "auto") is with_time(score, "seconds") is score
    assert with_time(with_time(score, "beats"), "seconds") == score


def test_other_choices_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="auto, beats, seconds"):
        save_time(tmp_path, "bars")  # type: ignore[arg-type]


def test_a_damaged_file_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "times.json").write_text("{")
    assert saved_time(tmp_path / "x.mid") == "auto"
    save_time(tmp_path / "x.mid", "beats")
    assert saved_time(tmp_path / "x.mid") == "beats"
