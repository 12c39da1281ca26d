"""Names of the parts of a separated score."""

from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from musicgen.theory.voice_separation import name_parts, separate_voices


def test_parts_get_names_where_there_are_as_many_and_none_has_one():
    score = separate_voices(Score(notes_from([(0, 24, 72), (0, 24, 48)])), 2)
    named = name_parts(score, ("Soprano", "Bass"))
    assert [part.name for part in named.parts] == ["Soprano", "Bass"]
    assert named.notes.tolist() == score.notes.tolist()
    assert name_parts(score, ("Soprano", "Alto", "Bass")) == score
    assert name_parts(named, ("High", "Low")) == named
    flute = Score(notes_from([(0, 24, 60)]), parts=(Part("Flute"),))
    assert name_parts(flute, ("Melody",)) == flute
