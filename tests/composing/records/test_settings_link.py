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
    assert len(link) < 100
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


# A chorale as the Compose page makes it, and its link in the versions before the dictionary.
CHORALE = ComposeSettings(
    seed=177132, temperature=0.86, tempo=80.0, metre="4/4", max_copy=16, pickup=1.0, transpose=0,
    parts=0, counterpoint=1.0, form="", span=0, silence=16.0, ensemble=97, version=6,
)  # fmt: skip
WITHOUT_DICTIONARY = (
    "eNotjFEOgkAMRO_Sb6KgBJDLmHWtyUZ227TFaIx3t4v-zXRe3xsU8QpzN47d8dCAYWaUYKsgzO1uGn4ngnlqd20DGa0u"
    "0O978Bae50j88n8HOcX7yp4raBKKMmnV-BTEdEuR1mIoTKnYH72RZFe6TzmUjdK0YIlYvZXAopgvi_fT2MADRRM5OHy-"
    "dN85yQ"
)


def test_the_link_of_a_chorale_has_at_most_60_characters() -> None:
    assert len(to_link(CHORALE)) <= 60
    assert from_link(to_link(CHORALE)) == CHORALE


def test_links_that_were_packed_before_are_still_read() -> None:
    assert from_link(WITHOUT_DICTIONARY) == CHORALE
    assert from_link("ePnrgMAyq4Z5w9zcEBRkuP0yOFxvaY7ifAB03znJ") == CHORALE


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_link_without_its_last_characters_is_refused(cut: int) -> None:
    with pytest.raises(InvalidSetting, match="it was cut or changed"):
        from_link(to_link(CHORALE)[:-cut])
