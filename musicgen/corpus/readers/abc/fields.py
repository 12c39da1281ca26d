"""Values of ABC fields: key, clef, metre, unit note length, tempo and properties of a voice."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from musicgen.corpus.errors import UnreadableScore

Metre = tuple[int, int] | None  # numerator and denominator; None for free metre
Alterations = dict[str, int]  # semitones by letter, in upper case; those that are not 0

_SHARPS = "FCGDAEB"
_TONICS = {letter: fifths for fifths, letter in enumerate("FCGDAEB", -1)}  # of its major key
_MODES = {
    "": 0,
    "maj": 0,
    "ion": 0,
    "mix": -1,
    "dor": -2,
    "m": -3,
    "min": -3,
    "aeo": -3,
    "phr": -4,
    "loc": -5,
    "lyd": 1,
}
_TONIC = re.compile(r"([A-G])([#b]?)([A-Za-z]*)")
_ACCIDENTALS = re.compile(r"(\^\^|\^|__|_|=)([A-Ga-g])")
_ALTERATIONS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_CLEF = re.compile(
    r"(?:(?:(?P<perc>perc)|treble|bass|alto|tenor|none|[GCF])[1-5]?|(?=[+-]))"
    r"(?P<octaves>[+-](?:8|15))?(?:v[ab])?"
)
_OCTAVES = {None: 0, "+8": 1, "-8": -1, "+15": 2, "-15": -2}
_WORDS = re.compile(r'([a-z][\w-]+|[tm])=("(?:\\.|[^"\\])*"|\S+)|"(?:\\.|[^"\\])*"|\S+')
_GLUED = re.compile(rf"([A-G][#b]?[A-Za-z]*)((?:{_ACCIDENTALS.pattern})+)")  # `Dmix=c`
_NOT_SUPPORTED = frozenset(("score", "sound", "shift", "instrument"))
_ACCENTS = {"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308"} | {
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "o": "\u030a", "=": "\u0304",
}  # fmt: skip
_MAX_METRE = 1_000  # of numerator and denominator


@dataclass(frozen=True)
class Key:
    """A key signature with its own accidentals."""

    alterations: Alterations
    is_minor: bool = False

    @property
    def fifths(self) -> int | None:
        """Number of sharps, negative of flats; None if no key signature has these accidentals."""
        count = len(self.alterations)
        for fifths in (count, -count):
            if self.alterations == _signature(fifths):
                return fifths
        return None


def parse_key(text: str) -> tuple[Key | None, dict[str, str]]:
    """The key of a field K:, None if it has only a clef, and the properties beside it."""
    words, properties = _split(text)
    if not words and not properties:
        return Key({}), {}
    key: Key | None = None
    if words and words[0] in ("none", "HP", "Hp"):
        key = Key({"F": 1, "C": 1} if words.pop(0) == "Hp" else {})
    elif words and (mode := _mode_of(words)):
        fifths, is_minor, used = mode
        del words[:used]
        if words and words[0].lower().startswith("exp"):
            key = Key({})
            del words[0]
        elif -7 <= fifths <= 7:
            key = Key(_signature(fifths), is_minor)
        else:
            raise UnreadableScore(f"the key '{text[:30]}' has more than seven accidentals")
    elif words and words[0] == "exp":
        key = Key({})
        del words[0]
    for word in words:
        if re.fullmatch(f"(?:{_ACCIDENTALS.pattern})+", word):
            key = _with_accidentals(key or Key({}), word)
        elif _CLEF.fullmatch(word):
            properties.setdefault("clef", word)
        else:
            raise UnreadableScore(f"the key '{text[:30]}' is not supported")
    return key, properties


def _mode_of(words: list[str]) -> tuple[int, bool, int] | None:
    """Fifths of a tonic with its mode, whether it is minor, and the number of words read."""
    match = _TONIC.fullmatch(words[0].replace("\u266f", "#").replace("\u266d", "b"))
    if match is None:
        return None
    fifths = _TONICS[match[1]] + 7 * ((match[2] == "#") - (match[2] == "b"))
    attached = match[3].lower()
    if attached.startswith("exp"):
        words[0:1] = [match[1], "exp"]
        return 0, False, 1
    following = words[1].lower() if len(words) > 1 and not attached else ""
    for word, used in ((attached, 1), (following, 2)):
        mode = word if word == "m" else word[:3]
        if word and mode in _MODES and (word == "m" or word.isalpha()):
            return fifths + _MODES[mode], mode in ("m", "min", "aeo"), used
    return None if attached else (fifths, False, 1)


def _signature(fifths: int) -> Alterations:
    letters = _SHARPS[:fifths] if fifths > 0 else _SHARPS[::-1][:-fifths]
    return dict.fromkeys(letters, 1 if fifths > 0 else -1)


def _with_accidentals(key: Key, word: str) -> Key:
    changes = {letter.upper(): _ALTERATIONS[sign] for sign, letter in _ACCIDENTALS.findall(word)}
    alterations = {k: v for k, v in (key.alterations | changes).items() if v}
    return Key(alterations, key.is_minor)


def parse_properties(text: str) -> dict[str, str]:
    """The properties of a field V:, after the voice's name: `clef`, `octave`, `name`, …"""
    words, properties = _split(text)
    if any("|" in word for word in words):
        raise UnreadableScore("there is music in a field V:", "write it in the next line")
    for word in words:
        if _CLEF.fullmatch(word):
            properties.setdefault("clef", word)
    return properties


def _split(text: str) -> tuple[list[str], dict[str, str]]:
    """Words and properties (`name=value`, without quotation marks) of a field."""
    words: list[str] = []
    properties: dict[str, str] = {}
    for match in _WORDS.finditer(re.sub(r"\s*=\s+", "=", text)):
        if match[1]:
            quoted = match[2].startswith('"') and len(match[2]) > 1
            properties[match[1].lower()] = match[2][1:-1] if quoted else match[2]
        elif glued := _GLUED.fullmatch(match[0]):
            words += glued[1], glued[2]
        elif not match[0].startswith('"'):
            words.append(match[0])
    for name in _NOT_SUPPORTED & properties.keys():
        raise UnreadableScore(f"the property '{name}=' is not supported")
    return words, properties


def clef_octaves(clef: str) -> int | None:
    """Octaves by which a clef transposes (`treble-8`), None for the percussion clef."""
    match = _CLEF.fullmatch(clef)
    if match is None:
        raise UnreadableScore(f"the clef '{clef[:20]}' is not supported")
    return None if match["perc"] else _OCTAVES[match["octaves"]]


def integer(properties: Mapping[str, str], *names: str) -> int | None:
    """The whole number of the first of these properties that is there."""
    for name in names:
        if name in properties:
            text = properties[name]
            if not re.fullmatch(r"[+-]?\d{1,3}", text):
                raise UnreadableScore(f"'{name}={text[:20]}' is not a number")
            return int(text)
    return None


def parse_metre(text: str) -> Metre:
    """The metre of a field M:, such as `C`, `C|`, `6/8`, `(2+3+2)/8`, `none`."""
    value = text.replace(" ", "")
    if value in ("none", ""):
        return None
    if value in ("C", "C|"):
        return (4, 4) if value == "C" else (2, 2)
    match = re.fullmatch(r"\(?(\d{1,4}(?:\+\d{1,4})*)\)?/(\d{1,4})", value)
    if match:
        numerator, denominator = sum(map(int, match[1].split("+"))), int(match[2])
        if 0 < numerator <= _MAX_METRE and 0 < denominator <= _MAX_METRE:
            return numerator, denominator
    raise UnreadableScore(f"the metre '{text[:30]}' is not supported")


def parse_unit(text: str) -> Fraction:
    """The unit note length of a field L: in quarters."""
    match = re.fullmatch(r"(\d{1,3})(?:\s*/\s*(\d{1,4}))?", text)
    if match is None or not int(match[1]) or not int(match[2] or 1):
        raise UnreadableScore(f"the unit note length '{text[:30]}' is not supported")
    return Fraction(4 * int(match[1]), int(match[2] or 1))


def default_unit(metre: Metre) -> Fraction:
    """The unit note length in quarters where no field L: says it."""
    return Fraction(1, 4) if metre and 4 * metre[0] < 3 * metre[1] else Fraction(1, 2)


def parse_tempo(text: str, unit: Fraction) -> float | None:
    """Quarters a minute of a field Q:; None if it gives no number. unit: in quarters."""
    value = re.sub(r'"[^"]*"|\b(?:ca?|circa)\b\.?(?=\s*\d)', " ", text).strip()
    if re.fullmatch(r"\d{1,4}(?:\.\d+)?", value):
        return float(value) * float(unit)
    match = re.fullmatch(r"(.*?)\s*=\s*(\d{1,4}(?:\.\d+)?)", value)
    if match is None:
        return None
    beats = match[1].split()
    if beats and all(re.fullmatch(r"\d{1,3}/\d{1,3}", beat) for beat in beats):
        parts = [tuple(map(int, beat.split("/"))) for beat in beats]
        if all(d for _, d in parts):
            return float(match[2]) * float(sum(Fraction(4 * n, d) for n, d in parts))
    if match[1] and (units := re.fullmatch(r"C(\d{0,2})", match[1])):
        return float(match[2]) * float(unit) * int(units[1] or 1)
    return None


def plain_text(text: str) -> str:
    """A text with its accents (`\\'e`, `&eacute;`, `\\u00e9`) as letters."""
    text = html.unescape(text)
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    accents = "".join(map(re.escape, _ACCENTS))
    text = re.sub(rf"\\([{accents}])([A-Za-z])", _accented, text)
    return re.sub(r"\\(.)", r"\1", text.replace("\\n", " "))


def _accented(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match[2] + _ACCENTS[match[1]])
