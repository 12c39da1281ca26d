"""What the bits of a piece are divided by."""

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.evaluation.baselines import baselines
from musicgen.evaluation.note_counts import count_notes
from musicgen.score import Score, notes_from
from musicgen.theory.chosen_parts import only_parts
from tests.helpers.tiny_music import band_pieces

BAND, PARTS = band_pieces(1, bars=2)[0], PartsEncoding()  # 2 + 8 + 3 notes a bar and 4 hits


def test_two_voices_on_one_key_are_one_note_and_an_empty_score_has_none() -> None:
    unison = Score(notes_from([(0, 24, 60, 80, 0, 0), (0, 24, 60, 80, 0, 1), (24, 24, 60)]))
    for encoding in (EventsEncoding(), PARTS):
        assert (count_notes(unison, encoding), count_notes(Score(), encoding)) == (2, 0)


def test_drum_hits_count_for_the_encoding_that_has_them() -> None:
    drums = only_parts(BAND, [3])
    assert [count_notes(BAND, of) for of in (EventsEncoding(), PARTS)] == [26, 34]
    assert [count_notes(drums, of) for of in (EventsEncoding(), PARTS)] == [0, 8]
    uniform, *_ = baselines(PARTS, {"train": [drums], "valid": [drums]})
    assert uniform.bits_per_note["valid"] == uniform.bits_per_step["valid"]
