"""The clock of a training, which a time limit is measured by."""

from __future__ import annotations

from musicgen.training.keras.state import TrainingState
from musicgen.training.run_folder.position import TrainingPosition
from musicgen.training.settings import TrainSettings


def test_what_a_session_takes_to_start_is_no_training_time() -> None:
    now = [100.0]
    state = TrainingState(TrainSettings(minutes=1), 4, TrainingPosition(), lambda: now[0])
    now[0] += 50  # TensorFlow is loaded, the network is built, the first batch is compiled
    assert state.seconds == 0 and state.fraction_done == 0
    state.start_clock()
    now[0] += 30
    state.start_clock()  # at each batch
    assert state.seconds == 30 and state.fraction_done == 0.5


def test_time_of_earlier_sessions_counts() -> None:
    state = TrainingState(TrainSettings(minutes=1), 4, TrainingPosition(seconds=59.0), lambda: 5.0)
    assert state.seconds == 59
    state.start_clock()
    assert state.seconds == 59 and not state.is_time_over
