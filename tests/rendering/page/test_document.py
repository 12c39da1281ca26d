"""One HTML file of a piece, which needs nothing else."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

from musicgen.rendering.mp3 import mp3_bytes
from musicgen.rendering.page.document import page_html
from musicgen.score import Score, notes_from

SCORE = Score(notes_from([(24 * n, 24, 60 + n) for n in range(8)]), name="<b>Chorale</b> & more")


def test_it_holds_sound_roll_and_print() -> None:
    mp3 = mp3_bytes(SCORE)
    page = page_html(SCORE, mp3, ["2 bars", "8 notes"]).decode()
    assert base64.b64encode(mp3).decode() in page
    assert page.count("<rect x=") >= 8 and 'id="now"' in page
    assert "2 bars · 8 notes" in page and 'class="print"><svg' in page.replace("\n", "")


def test_the_length_is_that_of_the_music_and_not_of_its_sound() -> None:
    assert SCORE.seconds == 4.0  # the sound rings on for two seconds
    page = page_html(SCORE, b"").decode()
    assert 'max="4.000"' in page and "const SECONDS = 4.000;" in page


def test_it_loads_nothing_from_elsewhere() -> None:
    found: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list) -> None:
            found.extend(v for name, v in attrs if name in ("src", "href") and tag != "use")

    Links().feed(page_html(SCORE, b"").decode())
    assert [link for link in found if not link.startswith(("data:", "#"))] == []


def test_names_are_text() -> None:
    page = page_html(SCORE, b"").decode()
    assert "<b>Chorale</b>" not in re.sub(r"(?s)<div class=\"print\">.*", "", page)
    assert "&lt;b&gt;Chorale&lt;/b&gt; &amp; more" in page


def test_an_mp3_is_a_tenth_of_its_wav() -> None:
    mp3 = mp3_bytes(SCORE)
    assert mp3[:3] == b"ID3" or mp3[0] == 0xFF
    assert 20_000 < len(mp3) < 200_000


def test_silence_and_performances_have_a_page_too() -> None:
    assert b"<svg>" in page_html(Score(), b"")
