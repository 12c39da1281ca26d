"""Key of a score for caches of its sound, pages and figures."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from musicgen.corpus.score_tables import header_of, tables_of
from musicgen.score import Score


def score_key(score: Score) -> bytes:
    """Digest of all that is played or written: notes, parts, tempo map, metres, keys, pedal."""
    header = msgspec.json.encode(header_of(score))
    return blake2b(header + tables_of(score), digest_size=16).digest()
