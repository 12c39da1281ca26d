"""Movements cut out of whole works, and tempi for words that have no number."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring, tostring

from musicgen.corpus.bundled.movements import cut_bars, number_tempo_words, set_opening
from musicgen.corpus.readers.musicxml.reader import read_musicxml
from musicgen.metres import Metre
from musicgen.score import Score
from musicgen.score_fields import KeySignature, TempoChange

QUARTER = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>2</duration></note>"
SOLO = "<part-list><score-part id='P1'/></part-list>"


def words(text: str, sound: str = "") -> str:
    kind = f"<direction-type><words>{text}</words></direction-type>"
    return f"<direction>{kind}{sound}</direction>"


def time(beats: int, beat_type: int) -> str:
    signature = f"<beats>{beats}</beats><beat-type>{beat_type}</beat-type>"
    return f"<attributes><time>{signature}</time></attributes>"


def tree(*bars: str, lower_part: str = "") -> Element:
    head = "<attributes><divisions>2</divisions></attributes>"
    body = "".join(f"<measure>{bar}</measure>" for bar in (head + bars[0], *bars[1:]))
    part = f"<part id='P1'>{body}</part>{lower_part}"
    return fromstring(f"<score-partwise>{SOLO}{part}</score-partwise>")


def read(root: Element) -> Score:
    return read_musicxml(tostring(root, encoding="unicode"), "a").score


def tempi(*bars: str, lower_part: str = "") -> list[float]:
    root = tree(*bars, lower_part=lower_part)
    number_tempo_words(root)
    score = read(root)
    return [score.tempo, *(change.tempo for change in score.tempo_changes)]


def test_a_movement_keeps_the_attributes_in_force_at_its_first_bar() -> None:
    key = "<attributes><key><fifths>2</fifths></key></attributes>"
    root = tree(time(3, 4) + 3 * QUARTER, key + 3 * QUARTER, 3 * QUARTER, QUARTER)
    cut_bars(root, 2, 3)
    score = read(root)
    assert (len(score), score.end, score.metres) == (3, 72, (Metre(0, 3, 4),))
    assert score.keys == (KeySignature(0, 2),)


def test_a_movement_may_begin_with_a_pickup_and_a_metre_of_its_own() -> None:
    root = tree(time(3, 4) + 3 * QUARTER, time(2, 4) + QUARTER, 2 * QUARTER, 2 * QUARTER)
    cut_bars(root, 1, None)
    assert read(root).metres == (Metre(0, 1, 4), Metre(24, 2, 4))


def test_all_bars_are_left_as_they_are() -> None:
    root = tree(time(3, 4) + 3 * QUARTER, QUARTER)
    before = tostring(root)
    cut_bars(root, 0, None)
    assert tostring(root) == before


def test_tempo_words_are_counted_in_the_beats_of_their_metre() -> None:
    adagio = words("Adagio ma non troppo")
    assert tempi(time(4, 4) + adagio + 4 * QUARTER) == [54.0]
    assert tempi(time(6, 8) + adagio + 3 * QUARTER) == [81.0]
    assert tempi(time(2, 4) + 2 * QUARTER, words("Più presto") + 2 * QUARTER) == [120.0, 160.0]


def test_other_words_give_no_tempo() -> None:
    for text in ("cresc.", "Menuetto da capo", "Men. D.C.", ""):
        assert tempi(time(2, 4) + words("Presto") + 2 * QUARTER, words(text) + QUARTER) == [160.0]


def test_a_number_counts_unless_its_word_denies_it() -> None:
    for number, tempo in ((100, 100.0), (320, 320.0), (40, 160.0)):
        sound = f"<sound tempo='{number}'/>"
        assert tempi(time(2, 4) + words("Presto", sound) + 2 * QUARTER) == [tempo]


def test_tempi_of_lower_parts_do_not_count() -> None:
    sound = words("Meno mosso", "<sound tempo='60'/>")
    bar = f"<attributes><divisions>2</divisions></attributes>{sound}{4 * QUARTER}"
    lower = f"<part id='P2'><measure>{bar}</measure></part>"
    assert tempi(words("Allegro") + 4 * QUARTER, lower_part=lower) == [126.0]


def test_an_opening_is_words_or_a_number() -> None:
    for opening, tempo in (("Andante", 72.0), (50.0, 50.0)):
        root = tree(4 * QUARTER, words("Presto") + 4 * QUARTER)
        set_opening(root, opening)
        number_tempo_words(root)
        score = read(root)
        assert (score.tempo, score.tempo_changes) == (tempo, (TempoChange(96, 160.0),))
