"""The browser that benchmarks measure in finds, clicks, types and waits."""

import shutil
from urllib.parse import quote

import pytest

unwatched = pytest.importorskip("benchmarks.shared.chromium", reason="websockets is not installed")

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
    with unwatched.chromium() as browser, browser.page(script) as page:
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
        with pytest.raises(unwatched.Unanswered, match="nowhere"):
            page.evaluate("nowhere")


def test_what_does_not_come_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unwatched, "PATIENCE", 0.5)
    in_vain = pytest.raises(unwatched.Unanswered, match=r"in vain for .*\.never")
    with unwatched.chromium() as browser, browser.page() as page, in_vain:
        page.goto("data:text/html,<p>nothing more")
        page.wait_for(".never")
