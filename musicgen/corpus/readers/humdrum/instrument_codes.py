"""General MIDI programs of Humdrum's instrument codes, such as `*Ivioln`.

Source: Humdrum User's Guide, reference of the interpretation *I.
"""

from __future__ import annotations

import re

_PROGRAMS = {
    "piano": 0, "forte": 0, "cemba": 6, "clavi": 7, "celst": 8, "glock": 9, "vibra": 11,
    "marim": 12, "xylo": 13, "campn": 14, "cimba": 15, "organ": 19, "pipeo": 19, "hammd": 16,
    "harmn": 20, "accor": 21, "guitr": 24, "gcord": 24, "lute": 24, "bguit": 33, "violn": 40,
    "viola": 41, "cello": 42, "violb": 42, "cbass": 43, "harp": 46, "timpa": 47, "strng": 48,
    "vox": 52, "soprn": 52, "mezzo": 52, "calto": 52, "alto": 52, "tenor": 52, "barit": 52,
    "bass": 52, "cant": 52, "trumpt": 56, "tromp": 56, "cornt": 56, "tromb": 57, "trmbt": 57,
    "tuba": 58, "cor": 60, "brass": 61, "soprx": 64, "altox": 65, "tenox": 66, "barix": 67,
    "oboe": 68, "cangl": 69, "fagot": 70, "bassn": 70, "cfagt": 70, "clars": 71, "clarp": 71,
    "clara": 71, "clarb": 71, "clar": 71, "bclar": 71, "picco": 72, "flt": 73, "flds": 74,
    "recor": 74, "sitar": 104, "banjo": 105, "shami": 106, "koto": 107, "bagpi": 109,
    "fiddl": 110,
}  # fmt: skip
_CODE = re.compile(r"\*I([a-z]{3,6})")
_NUMBER = re.compile(r"\*I#(\d{1,3})")


def program_of_code(interpretation: str) -> int | None:
    """The program of an interpretation, a code or a number from 1 (`*I#74`); None for others."""
    code, number = _CODE.fullmatch(interpretation), _NUMBER.fullmatch(interpretation)
    if number:
        return int(number[1]) - 1 if 1 <= int(number[1]) <= 128 else None
    return _PROGRAMS.get(code[1]) if code else None
