"""The editor's sound in Chromium: parts, a fake MIDI keyboard, the page's piano."""

from __future__ import annotations

from typing import Any

import pytest

from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from tests.browser.browser_actions import wait_until
from tests.browser.editing.editor_actions import Roll, draft, save

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# A MIDI keyboard that is none, and the node through which all sound goes.
FAKES = """
window.keyboard = {name: "Fake keyboard", onmidimessage: null};
navigator.requestMIDIAccess = async () => ({inputs: new Map([["1", window.keyboard]])});
window.AnalyserNode = class extends AnalyserNode {
    constructor(...options) { super(...options); window.analyser = this; }
};
window.peak = () => {
    const samples = new Float32Array(window.analyser.fftSize);
    window.analyser.getFloatTimeDomainData(samples);
    return samples.reduce((high, sample) => Math.max(high, Math.abs(sample)), 0);
};
window.playKey = (status, pitch, velocity) => window.keyboard.onmidimessage(
    {data: [status, pitch, velocity], timeStamp: performance.now()});
window.starts = []; // of notes in the synthesizer, in ms
const post = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (message, ...others) {
    if (message?.data?.messageData?.[0] >> 4 === 9) window.starts.push(performance.now());
    return post.call(this, message, ...others);
};
"""
ORGANS = (Part("Upper", 19), Part("Lower", 19, track=1))


@pytest.fixture()
def roll(server: Any, browser_page: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MUSICGEN_HOME", str(server.home))
    browser_page.add_init_script(FAKES)
    roll = Roll(browser_page, server, draft())
    yield roll
    assert roll.problems == []


def peak(roll: Roll) -> float:
    return float(roll.page.evaluate("window.analyser ? window.peak() : 0"))


def loudest(roll: Roll, tries: int = 12) -> float:
    """The highest peak of a while."""
    peaks = []
    for _ in range(tries):
        roll.page.wait_for_timeout(30)
        peaks.append(peak(roll))
    return max(peaks)


def test_parts_are_muted_and_soloed_while_it_plays(roll: Roll) -> None:
    roll.button("Loop").click()
    roll.button("Play").click()
    wait_until(lambda: peak(roll) > 0.001)
    roll.button("Mute Flute").click()
    roll.button("Mute Cello").click()
    wait_until(lambda: loudest(roll) == 0)
    roll.button("Solo Flute").click()
    assert loudest(roll) == 0  # a muted part stays so
    roll.button("Mute Flute").click()
    wait_until(lambda: peak(roll) > 0.001)
    roll.button("Pause").click()
    wait_until(lambda: loudest(roll, 4) == 0)


def test_edits_sound_at_once_and_nothing_sounds_of_an_empty_piece(roll: Roll) -> None:
    roll.press("Control+a", "Delete")
    roll.notes()
    roll.button("Play").click()
    wait_until(lambda: roll.button("Play").count() == 1)
    assert loudest(roll, 4) == 0


def test_a_midi_keyboard_sounds_and_is_recorded_over_a_part(roll: Roll) -> None:
    roll.page.get_by_text("Play notes in").click()
    roll.button("Use a MIDI keyboard").click()
    roll.editor.get_by_text("Connected: Fake keyboard").wait_for()
    roll.page.evaluate("window.playKey(0x90, 67, 100)")
    wait_until(lambda: peak(roll) > 0.001)
    roll.page.evaluate("window.playKey(0x80, 67, 0)")
    roll.button("Write in Cello").click()
    roll.editor.get_by_label("Count-in").select_option("none")
    roll.button("Record").click()
    for pitch in (40, 43):
        roll.page.wait_for_timeout(350)
        roll.page.evaluate(f"window.playKey(0x90, {pitch}, 101)")
        roll.page.wait_for_timeout(350)
        roll.page.evaluate(f"window.playKey(0x90, {pitch}, 0)")
    roll.button("Stop recording").click()
    played = [row for row in roll.notes() if row[3] == 101]
    assert [(row[2], row[4]) for row in played] == [(40, 1), (43, 1)]
    assert all(row[0] % 6 == 0 and row[1] % 6 == 0 for row in played)
    assert len(roll.notes()) == 12


def play_key(roll: Roll, pitch: int, is_down: bool) -> None:
    roll.page.evaluate(f"window.playKey({0x90 if is_down else 0x80}, {pitch}, 101)")


@pytest.fixture()
def organ(server: Any, browser_page: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An organ of two parts, whose keys sound as long as they are held, with a keyboard."""
    monkeypatch.setenv("MUSICGEN_HOME", str(server.home))
    browser_page.add_init_script(FAKES)
    rows = [(0, 24, 60, 80, 19, 0), (0, 24, 50, 80, 19, 1)]
    roll = Roll(browser_page, server, save(Score(notes_from(rows), parts=ORGANS)))
    roll.page.get_by_text("Play notes in").click()
    roll.button("Use a MIDI keyboard").click()
    roll.editor.get_by_text("Connected: Fake keyboard").wait_for()
    yield roll
    assert roll.problems == []


def test_a_held_key_ends_though_another_part_or_page_was_chosen(organ: Roll) -> None:
    play_key(organ, 67, True)
    wait_until(lambda: peak(organ) > 0.001)
    organ.button("Write in Lower").click()
    play_key(organ, 67, False)
    wait_until(lambda: loudest(organ) == 0)
    play_key(organ, 67, True)
    wait_until(lambda: peak(organ) > 0.001)
    organ.page.get_by_role("radio", name="Play", exact=True).click()
    wait_until(lambda: loudest(organ) == 0)


def test_keys_of_the_count_in_are_not_recorded_and_pausing_ends_a_recording(organ: Roll) -> None:
    organ.button("Record").click()
    organ.page.wait_for_timeout(300)
    play_key(organ, 90, True)
    play_key(organ, 90, False)
    organ.button("Pause").click()
    organ.editor.get_by_text("Nothing was played.").wait_for()
    organ.editor.get_by_label("Count-in").select_option("none")
    organ.button("Record").click()
    organ.page.wait_for_timeout(300)
    play_key(organ, 91, True)
    organ.page.wait_for_timeout(300)
    organ.press(" ")
    organ.button("Record").wait_for()
    assert [row[2] for row in organ.notes() if row[3] == 101] == [91]


def test_a_locked_part_is_not_recorded_over(organ: Roll) -> None:
    organ.button("Lock Upper").click()
    organ.button("Record").click()
    organ.editor.get_by_text("unlock it, or write in another one").wait_for()
    assert organ.button("Play").count() == 1


def test_what_was_recorded_is_kept_when_the_editor_is_left(organ: Roll) -> None:
    organ.editor.get_by_label("Count-in").select_option("none")
    organ.button("Record").click()
    organ.page.wait_for_timeout(300)
    play_key(organ, 91, True)
    organ.page.wait_for_timeout(300)
    play_key(organ, 91, False)
    organ.page.get_by_role("radio", name="Play", exact=True).click()
    organ.page.locator(".player[data-length]").wait_for()
    shown = organ.page.get_by_text("draft, edited").and_(organ.page.locator(":visible"))
    shown.first.wait_for()
    assert 91 in organ.pitches_shown()


def test_a_loop_behind_the_playhead_begins_without_what_it_would_have_played(
    server: Any, browser_page: Any, home: Any
) -> None:
    browser_page.add_init_script(FAKES)
    rows = [(24 * n, 24, 60 + n % 12, 80, 73, 0) for n in range(64)]
    roll = Roll(browser_page, server, save(Score(notes_from(rows), parts=(Part("Flute", 73),))))
    roll.button("Play").click()
    wait_until(lambda: len(roll.page.evaluate("window.starts")) > 8)
    roll.press("Home", "b")
    before = len(roll.page.evaluate("window.starts"))
    roll.button("Loop").click()
    roll.page.wait_for_timeout(200)
    assert len(roll.page.evaluate("window.starts")) <= before + 2


def test_at_another_speed_the_tempo_of_downloads_is_said(roll: Roll) -> None:
    said = roll.editor.locator(".kept-tempo")
    assert said.inner_text() == ""
    roll.editor.get_by_label("Speed").fill("50")
    assert said.inner_text() == "Played at 50%. The piece and its downloads keep ♩ = 120."


def test_without_access_the_page_says_why(roll: Roll) -> None:
    refuse = "() => { navigator.requestMIDIAccess = async () => { throw new Error('no'); }; }"
    roll.page.evaluate(refuse)
    roll.page.get_by_text("Play notes in").click()
    roll.button("Use a MIDI keyboard").click()
    roll.editor.get_by_text("The browser was not allowed to use MIDI devices").wait_for()


def test_the_piano_of_the_page_is_played_by_mouse_and_the_computers_keys(roll: Roll) -> None:
    roll.page.get_by_text("Play notes in").click()
    key = roll.button("C4")
    key.wait_for()
    wait_until(lambda: roll.page.evaluate("Boolean(window.analyser)"))
    roll.page.wait_for_timeout(1000)
    key.hover()
    roll.page.mouse.down()
    wait_until(lambda: peak(roll) > 0.001)
    roll.page.mouse.up()
    roll.editor.get_by_label("Count-in").select_option("none")
    roll.button("Record").click()
    key.focus()
    roll.page.keyboard.down("g")
    roll.page.wait_for_timeout(400)
    roll.page.keyboard.up("g")
    roll.button("Stop recording").click()
    assert 67 in [row[2] for row in roll.notes()]
