import base64
import json
import zlib

import pytest

from musicgen.composing.records.settings_link import from_link, to_link
from musicgen.composing.settings import ComposeSettings


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode().rstrip("=")


@pytest.mark.parametrize(
    "settings",
    [
        ComposeSettings(),
        ComposeSettings(bars=None, notes=500, key="F# minor", field_temperature={"pitch": 0.7}),
    ],
)
def test_there_and_back_in_a_short_text_of_a_urls_alphabet(settings):
    link = to_link(settings)
    assert from_link(link) == settings
    assert len(link) < 400
    assert set(link) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "link", ["", "x", "é", "AAAA", "x" * 5000, packed([1]), packed("a" * 20_000), packed(None)]
)
def test_what_is_no_link_is_refused(link):
    with pytest.raises(ValueError, match="the link holds no settings of ours"):
        from_link(link)


def test_settings_that_cannot_be_are_refused_with_what_would_be_right():
    with pytest.raises(ValueError, match="bars 0 is not between 1 and 1000"):
        from_link(packed({"bars": 0}))


def test_a_cut_link_is_refused():
    with pytest.raises(ValueError):
        from_link(to_link(ComposeSettings(key="D minor"))[:-8])
