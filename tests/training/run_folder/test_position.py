"""Position in an epoch, converted to another batch size."""

from pathlib import Path

import pytest

from musicgen.files import write_json
from musicgen.json_files import InvalidJson
from musicgen.training.run_folder.position import TrainingPosition, read_position


@pytest.mark.parametrize(
    ("batch", "size", "batches", "expected"),
    [
        (3, 4, 8, 3),
        (3, 2, 16, 6),
        (3, 1, 32, 12),
        (3, 5, 7, 2),  # 12 windows: 2 of them are trained on again
        (3, 32, 1, 0),
        (8, 2, 16, 15),  # at most the last batch
        (0, 2, 16, 0),
    ],
)
def test_windows_already_trained_on_are_skipped(
    batch: int, size: int, batches: int, expected: int
) -> None:
    position = TrainingPosition(epoch=5, batch=batch, batch_size=4, step=43, sums={"notes": 9.0})
    converted = position.with_batch_size(size, batches)
    assert (converted.batch, converted.batch_size) == (expected, size)
    assert (converted.epoch, converted.step, converted.sums) == (5, 43, {"notes": 9.0})


def test_an_epoch_starts_again_where_the_batch_size_is_unknown() -> None:
    position = TrainingPosition(epoch=5, batch=3, step=43, sums={"notes": 9.0})
    expected = TrainingPosition(epoch=5, batch=0, batch_size=4, step=43)
    assert position.with_batch_size(4, 8) == expected


def test_a_position_is_read_from_a_checkpoint(tmp_path: Path) -> None:
    write_json(tmp_path / "progress.json", {"epoch": 2, "step": 7, "sums": {"notes": 3}})
    assert read_position(tmp_path) == TrainingPosition(epoch=2, step=7, sums={"notes": 3.0})
    write_json(tmp_path / "progress.json", {"epoch": [], "step": 7})
    with pytest.raises(InvalidJson):
        read_position(tmp_path)
