"""The editor in Chromium: time of gestures on 10,000 notes, of a key to its sound, of a mute.

    python -m benchmarks.browser.editor [--json]

Milliseconds, medians. A gesture is a press, ten moves and a release on the canvas; each event is
timed from its dispatch to the next frame, and requests before the release are counted. A key is a
note of a fake MIDI keyboard, timed to the first sample that is not 0 behind all gains; the latency
that the audio device adds is printed beside it. Needs Chromium, and the dev extra.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.shared.playwright_browser import app_in_browser
from musicgen.composing.records.saved_pieces import save_piece
from musicgen.composing.settings import ComposeSettings
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from
from tests.browser.editing.test_editor_sound import FAKES

NOTES = 10_000
TIMEOUT_MILLISECONDS = 300_000

# Press on the first note that is in view, or on a place without one, move, release.
GESTURES = """async ({onNote, count}) => {
    const host = [...document.querySelectorAll("*")].find(
        (element) => element.shadowRoot?.querySelector(".editor"));
    const canvas = host.shadowRoot.querySelector(".editor canvas");
    const box = canvas.getBoundingClientRect();
    const frame = () => new Promise((resolve) => requestAnimationFrame(
        () => setTimeout(() => resolve(performance.now()))));
    const times = [];
    for (let number = 0; number < count; number++) {
        let [x, y] = [box.x + 150 + 12 * number, box.y + (onNote ? 200 : 30)];
        const send = async (type) => {
            const start = performance.now();
            canvas.dispatchEvent(new PointerEvent(type, {bubbles: true, pointerId: 1, button: 0,
                clientX: x, clientY: y, pointerType: "mouse", isPrimary: true}));
            times.push(await frame() - start);
        };
        canvas.setPointerCapture = () => {};
        await send("pointerdown");
        for (let step = 0; step < 10; step++) { x += 9; y += 6; await send("pointermove"); }
        window.requestsBefore = window.requests;
        await send("pointerup");
    }
    return times.sort((a, b) => a - b)[times.length >> 1];
}"""
# Requests are counted when they are made: an answer may come during a later gesture.
COUNT_REQUESTS = """window.requests = 0;
const fetchOfBrowser = window.fetch;
window.fetch = (...request) => {
    window.requests += new Request(...request).url.includes("edits");
    return fetchOfBrowser(...request);
};"""
REQUESTS = "window.requests"
TICK = (
    "const tick = () => new Promise((done) => { const c = new MessageChannel(); "
    "c.port1.onmessage = done; c.port2.postMessage(0); });"
)
KEYS = (
    "async (count) => {"
    + TICK
    + """
    const times = [];
    for (let number = 0; number < count; number++) {
        await new Promise((done) => setTimeout(done, 500));
        const since = performance.now();  // the note before has to die away
        while (window.peak() >= 1e-5 && performance.now() - since < 5000) await tick();
        const start = performance.now();
        window.playKey(0x90, 60 + number % 12, 110);
        while (window.peak() < 1e-5 && performance.now() - start < 2000) await tick();
        times.push(performance.now() - start);
        window.playKey(0x80, 60 + number % 12, 0);
    }
    return times.sort((a, b) => a - b)[times.length >> 1];
}"""
)
MUTE = (
    "async () => {"
    + TICK
    + """
    const host = [...document.querySelectorAll("*")].find(
        (element) => element.shadowRoot?.querySelector(".editor"));
    const button = host.shadowRoot.querySelector(".mute");
    const times = [];
    for (let number = 0; number < 6; number++) {
        await new Promise((done) => setTimeout(done, 900));
        const start = performance.now();
        button.click();
        const silent = number % 2 === 0;
        const isDone = () => silent ? window.peak() < 1e-5 : window.peak() > 1e-4;
        while (!isDone() && performance.now() - start < 3000) await tick();
        times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[3];
}"""
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    figures = measure()
    if arguments.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:60} {value:8.1f}")


def measure() -> dict[str, float]:
    """Medians in milliseconds by what was measured."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        app_in_browser(Path(scratch)) as (url, browser),
    ):
        page: Any = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(TIMEOUT_MILLISECONDS)
        page.add_init_script(FAKES)
        page.add_init_script(COUNT_REQUESTS)
        _open(page, url, _save_piece(Path(scratch)))
        figures = {
            f"event of a selection by rectangle, {NOTES} notes": page.evaluate(
                GESTURES, {"onNote": False, "count": 6}
            )
        }
        page.locator(".editor .scroller").focus()
        page.keyboard.press("Control+a")
        before = page.evaluate(REQUESTS)
        shifted = page.evaluate(GESTURES, {"onNote": True, "count": 1})
        figures[f"event of a drag over {NOTES} notes"] = shifted
        sent = page.evaluate("window.requestsBefore") - before
        figures["requests before the gesture ended"] = float(sent)
        figures |= _sound(page)
        browser.close()
    return figures


def _open(page: Any, url: str, piece: str) -> None:
    page.goto(f"{url}/Compose?piece={piece}")
    page.get_by_role("radio", name="Edit", exact=True).click()
    page.locator(".editor .parts li").first.wait_for()


def _sound(page: Any) -> dict[str, float]:
    page.get_by_text("Play notes in").click()
    page.get_by_role("button", name="Use a MIDI keyboard").click()
    page.get_by_text("Connected: Fake keyboard").wait_for()
    key = page.evaluate(KEYS, 15)
    device = "1000 * (analyser.context.baseLatency + analyser.context.outputLatency)"
    figures = {"key to sound": key, "latency of the audio device": page.evaluate(device)}
    page.locator(".editor").get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(1500)
    return figures | {"mute to silence, and back": page.evaluate(MUTE)}


def _save_piece(home: Path) -> str:
    """A piece of NOTES notes in 16ths, ten at once."""
    os.environ["MUSICGEN_HOME"] = str(home)
    rng = np.random.default_rng(1)
    rows = [
        (6 * (number // 10), 6, 30 + 6 * (number % 10) + int(rng.integers(6)))
        for number in range(NOTES)
    ]
    midi = midi_bytes(Score(notes_from(rows)))
    now = datetime.now(UTC)
    return save_piece(midi, "chorales@best", ComposeSettings(), 0, {"begin": ""}, now).id


if __name__ == "__main__":
    main()
