"""`frames`: encoding, decoding, and features from the frames before."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from musicgen.encoding.frames import LOWEST, PITCHES, REST, SIZE, FramesEncoding
from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Steps
from musicgen.score import Score, notes_from
from tests.helpers.tiny_music import NO_STEPS

ENCODING = FramesEncoding()
A, B, C = [31, 26, 20, 10], [31, 28, 20, 12], [33, 28, REST, 12]
frames = arrays(
    np.int32,
    st.tuples(st.integers(1, 70), st.just(4)),
    elements=st.sampled_from([REST, 1, 7, 20, PITCHES]),
)


def _features(rows: list[list[int]]) -> dict[str, list]:
    return {name: v.tolist() for name, v in ENCODING.features(Steps(np.array(rows))).items()}


def test_held_and_last_values() -> None:
    features = _features([A, A, B, C])
    assert features["held"] == [[0, 0, 0, 0], [1, 1, 1, 1], [2, 2, 2, 2], [3, 1, 3, 1]]
    nothing = [SIZE] * 4
    assert features["last"] == [nothing, nothing, nothing, [SIZE, 26, SIZE, 10]]
    assert features["place"] == [[0], [1], [2], [3]]


def test_chroma_is_what_sounded() -> None:
    features = ENCODING.features(Steps(np.array([A, C])))["chroma"]
    assert features[0].tolist() == [0] * 36
    assert np.flatnonzero(features[1, :12]).tolist() == sorted({(v + LOWEST - 1) % 12 for v in A})
    assert features[1, :12].sum() == features[1, 24:].sum() == pytest.approx(1)
    long = ENCODING.features(Steps(np.array([A] * 16 + [C] * 16 + [C])))["chroma"][-1]
    assert np.flatnonzero(long[:12]).tolist() == [2, 5, 9]  # C alone, and nothing for its rest
    assert long[[2, 5, 9]].tolist() == pytest.approx([1 / 3] * 3)
    assert long[24:][[2, 5, 9]].tolist() == pytest.approx([16 / 112, 16 / 112, 16 / 112])


def test_repeats_are_what_followed_the_last_time() -> None:
    phrase = [A, A, B, C, C, B, A, B]
    features = np.array(_features([*phrase, *phrase])["echo"])
    assert features[11].tolist() == [SIZE] * 4 + [0] + [SIZE] * 4 + [0]
    assert features[12].tolist() == [*phrase[4], 1] + [SIZE] * 4 + [0]
    assert features[15].tolist()[:5] == [*phrase[7], 1]
    other = np.array([*phrase, *[[row[0], 5, 5, 5] for row in phrase], A])
    features = np.array(_features(other.tolist())["echo"])
    assert features[16].tolist() == [SIZE] * 4 + [0] + [phrase[0][0], 5, 5, 5, 1]


@given(frames, st.integers(0, 69))
@settings(deadline=None, max_examples=50)
def test_features_follow_from_earlier_frames(rows: np.ndarray, place: int) -> None:
    """Features of a part, and of a tracker, are those of the whole, whatever comes later."""
    place = place % len(rows)
    whole = ENCODING.features(Steps(rows))
    changed = rows.copy()
    changed[place:] = 3
    tracker = ENCODING.tracker(1, NO_STEPS, 0)
    for row in rows[:place]:
        tracker.push(row[None])
    for name, width in ENCODING.feature_widths.items():
        assert whole[name].shape == (len(rows), width)
        expected = whole[name][place].tolist()
        assert ENCODING.features(Steps(changed))[name][place].tolist() == expected
        assert ENCODING.features(Steps(rows), place)[name][0].tolist() == expected
        assert tracker.features()[name][0].tolist() == expected


@given(frames)
@settings(deadline=None, max_examples=50)
def test_decoded_frames_are_encoded_to_the_same(rows: np.ndarray) -> None:
    rows[-1] = 20  # a score ends with its last note
    again = ENCODING.encode(ENCODING.decode(Steps(rows)))
    assert again.fields.tolist() == rows.tolist()


def test_notes_of_frames() -> None:
    score = ENCODING.decode(Steps(np.array([A, A, C])))
    rows = [
        (int(n["start"]), int(n["duration"]), int(n["pitch"]), int(n["part"])) for n in score.notes
    ]
    assert rows == [
        (0, 18 - 6, 39, 3),
        (0, 12, 49, 2),
        (0, 12, 55, 1),
        (0, 12, 60, 0),
        (12, 6, 41, 3),
        (12, 6, 57, 1),
        (12, 6, 62, 0),
    ]
    with pytest.raises(ValueError, match="pitch 20 is not between 30 and 89"):
        ENCODING.encode(Score(notes_from([(0, 24, 20)])))


def test_transposed_within_its_room() -> None:
    steps = Steps(np.array([A, C]))
    assert ENCODING.transposition_range(steps) == (-9, 27)
    assert ENCODING.transposed(steps, -9).fields.tolist() == [[22, 17, 11, 1], [24, 19, REST, 3]]


def test_json_round_trip() -> None:
    assert encoding_from_json(ENCODING.to_json()) == ENCODING
