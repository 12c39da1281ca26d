"""Every piece of the bundled collections is encoded and decoded."""

import numpy as np
import pytest

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.load import load_collection
from musicgen.encoding.registry import ENCODINGS, fit_encoding

LARGE = ("ryans-mammoth", "string-quartets")
COLLECTIONS = [
    pytest.param(each.name, marks=[pytest.mark.slow] * (each.name in LARGE))
    for each in bundled_collections()
]


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n == "parts")) for n in ENCODINGS]
)
def test_every_piece_is_restored(collection, name, tmp_path, monkeypatch):
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    scores = load_collection(collection).scores
    encoding = fit_encoding(name, scores)
    for score in scores:
        steps = encoding.encode(score)
        assert len(steps)
        decoded = encoding.decode(steps)
        assert decoded == encoding.canonical(score)
        assert np.array_equal(encoding.encode(decoded).fields, steps.fields)
