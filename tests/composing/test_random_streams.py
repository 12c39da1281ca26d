"""Random streams differ between purposes, seeds and indices, and never change."""

from musicgen.composing.random_streams import Purpose, random_stream


def test_no_two_streams_are_the_same():
    keys = [
        (purpose, seed, *index)
        for purpose in Purpose
        for seed in (0, 1, 7)
        for index in ((), *((v,) for v in range(8)), *((v, c) for v in range(8) for c in range(4)))
    ]
    streams = {tuple(random_stream(*key).random(4)) for key in keys}
    assert len(streams) == len(keys)


def test_the_stream_of_a_purpose_seed_and_index_stays_the_same():
    values = {purpose.name: random_stream(purpose, 1, 2).random() for purpose in Purpose}
    assert values == {
        "VARIATION": 0.884084567106749,
        "ENDING": 0.7699496946235983,
        "STYLE": 0.7702864907656675,
        "TRANSPOSITION": 0.09941408701524757,
        "INFILL": 0.030690537442143118,
    }
