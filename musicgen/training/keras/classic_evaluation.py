"""Evaluation of `classic` on batches of windows.

A prediction of `classic` depends on the window before it alone, so that windows of all pieces
share a batch and need no stepping. The results are those of `evaluation/likelihood.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from musicgen.encoding.steps import Steps
from musicgen.evaluation.likelihood import SAMPLE_SEED, score_logits
from musicgen.evaluation.note_counts import count_notes
from musicgen.evaluation.report import Evaluation, Predictions, summarize
from musicgen.models.build import build_model, in_float32
from musicgen.models.checkpoints.checkpoint import Checkpoint
from musicgen.models.checkpoints.writer import load_weights
from musicgen.progress import Progress
from musicgen.score import Score

BATCH_WINDOWS = 128


def evaluate_classic(
    checkpoint: Checkpoint,
    scores: Sequence[Score],
    progress: Progress,
    is_time_over: Callable[[], bool],
) -> Evaluation:
    """Evaluate a checkpoint of `classic` on windows in random order until the time is over.

    The first windows of a piece begin with the checkpoint's primer. `progress` receives the
    windows that are done and all windows.
    """
    encoding = checkpoint.encoding
    scores = [score for score in scores if len(score)]
    pieces = [encoding.encode(score) for score in scores]
    primer = checkpoint.primers[0][:, 0]  # (W,)
    windows = np.concatenate([_windows(steps, primer) for steps in pieces])  # (N, W)
    tokens = np.concatenate([steps.fields[:, 0] for steps in pieces])  # (N,)
    order = np.random.default_rng(SAMPLE_SEED).permutation(len(tokens))
    with in_float32():
        network = build_model(checkpoint.model, encoding)
    load_weights(network, checkpoint.folder)
    values = np.zeros((3, len(tokens)))  # bits, confidence, correct
    done = 0
    while done < len(order) and not (done and is_time_over()):
        progress(done, len(order))
        rows = order[done : done + BATCH_WINDOWS]
        inputs = (windows[rows] / encoding.fields[0].size).astype(np.float32)[..., None]
        logits = network.predict_on_batch({"window": inputs})  # {field: (B, 1, V)}
        values[:, rows] = score_logits(logits[encoding.fields[0].name][:, 0], tokens[rows])
        done += len(rows)
    progress(done, len(order))
    is_done = np.isin(np.arange(len(tokens)), order[:done])
    lengths = [len(steps) for steps in pieces]
    return summarize(
        [field.name for field in encoding.fields],
        [steps.name for steps in pieces],
        lengths,
        [count_notes(score, encoding) for score in scores],
        _by_piece(values, is_done, lengths),
    )


def _windows(steps: Steps, primer: np.ndarray) -> np.ndarray:
    """The tokens before each token of a piece, as a view: (N, W)."""
    tokens = np.concatenate([primer, steps.fields[:-1, 0]])
    return np.lib.stride_tricks.sliding_window_view(tokens, len(primer))


def _by_piece(values: np.ndarray, is_done: np.ndarray, lengths: Sequence[int]) -> list[Predictions]:
    """Predictions of the windows that are done: (3, N), (N,) -> arrays (n, 1) per piece."""
    predictions = []
    for stop, length in zip(np.cumsum(lengths), lengths, strict=True):
        piece = slice(stop - length, stop)
        bits, confidence, correct = values[:, piece][:, is_done[piece], None]
        predictions.append(Predictions(bits, confidence, correct > 0))
    return predictions
