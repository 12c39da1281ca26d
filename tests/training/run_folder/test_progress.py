"""The place in an epoch, told in batches of another size."""

import pytest

from musicgen.training.run_folder.progress import Progress


@pytest.mark.parametrize(
    ("batch", "size", "batches", "place"),
    [
        (3, 4, 8, 3),  # as it was
        (3, 2, 16, 6),
        (3, 1, 32, 12),
        (3, 5, 7, 2),  # 12 windows: 2 of them are seen again
        (3, 32, 1, 0),
        (8, 2, 16, 15),  # never beyond the last
        (0, 2, 16, 0),
    ],
)
def test_the_windows_that_were_seen_are_passed_over(
    batch: int, size: int, batches: int, place: int
) -> None:
    told = Progress(epoch=5, batch=batch, batch_size=4, step=43, sums={"notes": 9.0})
    there = told.in_batches_of(size, batches)
    assert (there.batch, there.batch_size) == (place, size)
    assert (there.epoch, there.step, there.sums) == (5, 43, {"notes": 9.0})


def test_an_epoch_begins_anew_where_nobody_knows_how_much_was_seen() -> None:
    older = Progress(epoch=5, batch=3, step=43, sums={"notes": 9.0})
    assert older.in_batches_of(4, 8) == Progress(epoch=5, batch=0, batch_size=4, step=43)
