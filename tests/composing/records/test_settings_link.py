"""Settings in links: packed, unpacked, and refused where they are damaged."""

import base64
import json
import zlib

import pytest

from musicgen.composing.records.settings_link import from_link, to_link
from musicgen.composing.settings import ComposeSettings
from musicgen.errors import InvalidSetting


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode().rstrip("=")


@pytest.mark.parametrize(
    "settings",
    [
        ComposeSettings(),
        ComposeSettings(bars=None, notes=500, key="F# minor", field_temperature={"pitch": 0.7}),
    ],
)
def test_settings_are_read_back_from_a_short_text_in_a_urls_alphabet(settings):
    link = to_link(settings)
    assert from_link(link) == settings
    assert len(link) < 400
    assert set(link) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "link", ["", "x", "é", "AAAA", "x" * 5000, packed([1]), packed("a" * 20_000), packed(None)]
)
def test_other_texts_are_refused(link):
    with pytest.raises(InvalidSetting, match="the link holds no settings of ours"):
        from_link(link)


def test_settings_out_of_bounds_are_refused_with_the_bounds():
    with pytest.raises(InvalidSetting, match="bars 0 is not between 1 and 1000"):
        from_link(packed({"bars": 0}))


def test_a_cut_link_is_refused():
    with pytest.raises(InvalidSetting):
        from_link(to_link(ComposeSettings(key="D minor"))[:-8])


def test_a_link_of_version_1_has_the_defaults_of_its_time() -> None:
    settings = from_link(packed({"bars": 8, "seed": 3}))
    assert (settings.bars, settings.endings, settings.transpose) == (8, 0, 0)
    assert settings.draws_other_notes
