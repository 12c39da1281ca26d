"""How likely a model finds given steps after others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.composing.decoding.sampling import log_likelihood
from musicgen.encoding.model_interface import Model
from musicgen.score import Metre


def expectation(
    model: Model,
    metres: tuple[Metre, ...],
    bars: int,
    before: np.ndarray,
    pieces: Sequence[np.ndarray],
) -> list[np.ndarray]:
    """Log-likelihood (natural) of every field of each piece's steps after the same beginning.

    before (N, F), pieces (N_k, F) each -> (N_k, F) each. bars: as a tracker is told.
    """
    count, longest = len(pieces), max(map(len, pieces), default=0)
    steps = np.zeros((longest, count, before.shape[1]), np.int32)
    for row, piece in enumerate(pieces):
        steps[: len(piece), row] = piece  # what comes after its end does not matter
    found = np.zeros(steps.shape)
    stepper, tracker = model.start(1), model.encoding.tracker(count, metres, bars)
    for fields in before.astype(np.int32):
        alone = {name: value[:1] for name, value in tracker.features().items()}
        stepper.logits(alone, fields[None, :0])
        stepper.push(fields[None])
        tracker.push(np.tile(fields, (count, 1)))
    stepper.select(np.zeros(count, int))
    for step, fields in enumerate(steps):
        features = tracker.features()
        for index in range(fields.shape[1]):
            logits = stepper.logits(features, fields[:, :index])
            found[step, :, index] = log_likelihood(logits, fields[:, index])
        stepper.push(fields)
        tracker.push(fields)
    return [found[: len(piece), row] for row, piece in enumerate(pieces)]
