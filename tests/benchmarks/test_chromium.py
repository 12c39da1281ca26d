"""The browser of the benchmarks finds, clicks, types and waits."""

import shutil
from urllib.parse import quote

import pytest

chromium = pytest.importorskip("benchmarks.shared.chromium", reason="websockets is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("chromium") or shutil.which("chromium-browser")), reason="no Chromium"
    ),
]

PAGE = """<title>A</title><p hidden>Begin</p><button disabled>Begin</button><input>
<p id=said></p><div id=host></div><script>
const [button] = document.querySelectorAll("button");
setTimeout(() => { button.disabled = false; }, 300);
button.onclick = () => { said.textContent = "begun"; document.querySelector("input").focus(); };
document.querySelector("input").onkeydown = (event) => { said.textContent += " " + event.key; };
host.attachShadow({mode: "open"}).innerHTML = "<p class=inside>deep</p>";
</script>"""


def test_it_finds_clicks_types_and_waits() -> None:
    script = "window.early = document.title;"
    with chromium.chromium() as browser, browser.page(script) as page:
        page.goto("data:text/html," + quote(PAGE))
        page.click("button", "Begin")  # as soon as it is enabled
        page.wait_for("p", "begun")
        page.write("a song")
        page.press("Tab", 9)
        page.wait_for("p", "begun Tab")
        assert page.evaluate("document.querySelector('input').value") == "a song"
        assert page.evaluate("early") == ""
        page.wait_for(".inside", "deep")
        assert page.evaluate("seek('p', 'Begin')") is None
        with pytest.raises(chromium.PageTimeout, match="nowhere"):
            page.evaluate("nowhere")


def test_waiting_for_a_missing_element_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "TIMEOUT_SECONDS", 0.5)
    times_out = pytest.raises(chromium.PageTimeout, match=r"timed out waiting for .*\.never")
    with chromium.chromium() as browser, browser.page() as page, times_out:
        page.goto("data:text/html,<p>nothing more")
        page.wait_for(".never")
