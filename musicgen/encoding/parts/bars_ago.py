"""What a part played some bars ago, as a feature: music answers to what came a phrase before.

- `bars_ago`: for each of LAGS, pitch, duration and `next` of the step of the part that began that
  many bars before this onset, and the pitch of its step before that one.
"""

from __future__ import annotations

import numpy as np

from musicgen.encoding.parts.played_steps import ANSWER_WIDTH, Played

LAGS = (1, 2, 4, 8)  # bars
BARS_AGO_WIDTH = len(LAGS) * ANSWER_WIDTH
_LAGS = np.array(LAGS)


def bars_ago_feature(played: Played, onset: np.ndarray, clock: np.ndarray) -> np.ndarray:
    """The feature at onsets, (T,), with the `clock` there, (T, 3): (T, 16) int16.

    A bar is as long as the one of the onset.
    """
    bar_units = clock[:, 1].astype(np.int64)
    answers = played(onset[:, None] - _LAGS * bar_units[:, None])
    return answers.reshape(len(onset), BARS_AGO_WIDTH).astype(np.int16)
