"""Random tunes have the notes that abc2midi, which symusic brings along, gives them."""

from __future__ import annotations

import symusic
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus.readers.abc.tunes import notes

TOLERANCE_TICKS = 2  # abc2midi rounds to its own ticks

keys = st.sampled_from(["C", "G", "Bb", "F#m", "Edor", "A mix", "Bphr", "none", "D =c", "Abm"])
letters = st.sampled_from([*"CDEFGABcdefgab", "C,", "B,,", "d'"])
pitch = st.tuples(st.sampled_from(["", "", "", "^", "_", "="]), letters).map("".join)
length = st.sampled_from(["", "", "2", "/", "3/2", "//"])
note = st.tuples(pitch, length).map("".join)
element = st.one_of(
    note,
    length.map("z{}".format),
    st.tuples(pitch, pitch, length).map(lambda row: f"[{row[0]}{row[1]}]{row[2]}"),
    st.tuples(pitch, st.sampled_from([">", "<", ">>"]), pitch).map("".join),
    st.tuples(pitch, pitch, pitch).map(lambda row: "(3" + "".join(row)),
    st.tuples(letters, st.sampled_from(["-", "-|"])).map(lambda row: row[0] + row[1] + row[0]),
    st.just("[L:1/16]"),
)
# A key changes between bars: within one, programs differ on accidentals that stand before it.
bar = st.tuples(
    st.sampled_from(["", "", "[K:Em] "]), st.lists(element, min_size=1, max_size=5).map(" ".join)
).map("".join)
system = st.lists(bar, min_size=1, max_size=3).map(lambda bars: " | ".join(bars) + " |\n")


@given(keys, st.sampled_from(["4/4", "6/8", "C|"]), st.lists(system, min_size=2, max_size=5))
@settings(max_examples=12, deadline=None)
def test_two_voices_in_turns(key: str, metre: str, systems: list[str]) -> None:
    # The ratio makes abc2midi play broken rhythm as it is written.
    header = f"X:1\nM:{metre}\nL:1/8\n%%MIDI ratio 3 1\nK:{key}\n"
    text = "".join(f"V:{1 + index % 2}\nC {music}" for index, music in enumerate(systems))
    score = symusic.Score.from_abc(header + text)
    quarter = score.ticks_per_quarter
    theirs = sorted(
        (24 * note.start / quarter, note.pitch) for track in score.tracks for note in track.notes
    )
    for start, _, pitch in notes(text, header):
        near = [row for row in theirs if row[1] == pitch and abs(row[0] - start) <= TOLERANCE_TICKS]
        assert near, (header + text, start, pitch)
        theirs.remove(near[0])
    assert theirs == []
