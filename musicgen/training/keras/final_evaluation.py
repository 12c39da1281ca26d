"""Baselines of a run, and the evaluation of its best checkpoint on the held-out pieces."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.style.training_profile import add_nats_per_note
from musicgen.encoding.steps import Encoding
from musicgen.evaluation.baselines import baselines
from musicgen.evaluation.likelihood import evaluate
from musicgen.evaluation.report import Evaluation
from musicgen.file_hashes import write_listed
from musicgen.files import to_json_bytes, write_json
from musicgen.models.checkpoints.checkpoint import Checkpoint, open_checkpoint
from musicgen.models.settings import ClassicSettings
from musicgen.progress import Progress
from musicgen.score import Score
from musicgen.training.forecast.memory import MAX_NGRAM_NOTES
from musicgen.training.keras.classic_evaluation import evaluate_classic
from musicgen.training.run_folder.results import BASELINES, EVALUATION
from musicgen.training.run_folder.run import Run

HELD_OUT = ("valid", "test")

MIN_EVALUATION_SECONDS = 60.0
EVALUATION_FRACTION = 0.1  # of the training's time, where that is longer


def write_baselines(run: Run, encoding: Encoding, sides: Mapping[str, Sequence[Score]]) -> None:
    """Write baselines.json: bits of the uniform, unigram and best n-gram models.

    It is not written where it exists, without validation pieces, or for too much music to count.
    """
    is_countable = sum(map(len, sides["train"])) <= MAX_NGRAM_NOTES
    if sides["valid"] and is_countable and not (run.folder / BASELINES).exists():
        rows = baselines(encoding, sides)
        entry = {row.name: row.to_json() for row in rows}
        write_listed(run.folder, BASELINES, to_json_bytes(entry))


def evaluation_seconds(training_seconds: float) -> float:
    """Time limit of the evaluation after a training: a tenth of its time, at least a minute."""
    return max(MIN_EVALUATION_SECONDS, EVALUATION_FRACTION * training_seconds)


def write_evaluation(
    run: Run,
    sides: Mapping[str, Sequence[Score]],
    progress: Progress | None = None,
    seconds: float = math.inf,
) -> dict[str, Evaluation]:
    """Evaluate the best checkpoint on the held-out sides.

    Writes evaluation.json, and adds the cost of the validation pieces to the training profile.

    progress: receives the notes (`classic`: windows) of a side that are done, and all of them.
    seconds: time limit of all sides together. Where it is reached, an evaluation is on a sample.
    """
    checkpoint = open_checkpoint(run.checkpoint())
    held_out = [side for side in HELD_OUT if sides[side]]
    end = time.monotonic() + seconds
    evaluations = {}
    for index, side in enumerate(held_out):
        limit = _TimeLimit((end - time.monotonic()) / (len(held_out) - index))
        evaluations[side] = _evaluate(checkpoint, sides[side], progress, limit.is_over)
    answer = {side: evaluation.to_json() for side, evaluation in evaluations.items()}
    write_json(run.folder / EVALUATION, answer)
    if "valid" in evaluations:
        pieces = evaluations["valid"].pieces
        add_nats_per_note(run.folder, [p.bits / p.steps * math.log(2) for p in pieces])
    return evaluations


def _evaluate(
    checkpoint: Checkpoint,
    scores: Sequence[Score],
    progress: Progress | None,
    is_time_over: Callable[[], bool],
) -> Evaluation:
    """Evaluate a checkpoint on scores: `classic` in batches of windows, others step by step."""
    if isinstance(checkpoint.model, ClassicSettings):
        return evaluate_classic(checkpoint, scores, progress or (lambda *_: None), is_time_over)
    return evaluate(OnnxModel(checkpoint), scores, None, progress, is_time_over)


class _TimeLimit:
    """A number of seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def is_over(self) -> bool:
        return time.monotonic() >= self._end
