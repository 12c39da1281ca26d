"""What a critic says of whole pieces that begin alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.composing.decoding.critic_follower import CriticFollower
from musicgen.encoding.model_interface import Critic
from musicgen.encoding.steps import Encoding, Steps


def critic_logits(
    critic: Critic,
    encoding: Encoding,
    opening: Steps,
    before: np.ndarray,
    pieces: Sequence[np.ndarray],
) -> np.ndarray:
    """The critic's logit after the last step of each piece: (N, F), K of (N_k, F) -> (K,).

    before: steps that all pieces begin with. opening: steps with the same metres and roles.
    """
    count, lengths = len(pieces), np.array([len(piece) for piece in pieces])
    steps = np.zeros((int(lengths.max()), count, before.shape[1]), np.int32)
    for row, piece in enumerate(pieces):
        steps[: len(piece), row] = piece  # the values after its end are left out below
    tracker, follower = encoding.tracker(1, opening, 0), CriticFollower(critic, 1)
    for fields in before[:, None].astype(np.int32):  # (1, F)
        follower.read(tracker.features())
        follower.push(fields)
        tracker.push(fields)
    rows = np.zeros(count, np.int64)
    follower.select(rows)
    tracker.select(rows)
    logits = np.zeros(count)
    for done in range(len(steps) + 1):
        follower.read(tracker.features())
        logits[lengths == done] = follower.logits[lengths == done]
        if done < len(steps):
            follower.push(steps[done])
            tracker.push(steps[done])
    return logits
