"""General MIDI programs and percussion keys by the names that scores give to instruments."""

from __future__ import annotations

import re

# Words of names in order of precedence, and programs from 0.
_PROGRAMS = (
    ("harpsichord|cembalo|clavecin", 6),
    ("clavichord|clavinet", 7),
    ("electric piano|rhodes", 4),
    ("piano|klavier|pianoforte", 0),
    ("celest[ae]", 8),
    ("glockenspiel", 9),
    ("music box", 10),
    ("vibraphone", 11),
    ("marimba", 12),
    ("xylophone", 13),
    ("tubular bells|chimes", 14),
    ("dulcimer", 15),
    ("organ|orgel|organo|orgue", 19),
    ("accordion|akkordeon", 21),
    ("harmonica", 22),
    ("electric guitar|e-gitarre", 27),
    ("bass guitar|electric bass|e-bass", 33),
    ("guitar|gitarre|chitarra|guitare", 24),
    ("contrabass|double bass|kontrabass|contrabbasso|string bass", 43),
    ("violoncell[oi]|cello|celli|vc", 42),
    ("violas?|viole|bratschen?", 41),
    ("violins?|violin[ioe]|violinen|geigen?|violons?|vln", 40),
    ("harp|harfe|arpa", 46),
    ("timpani|pauken", 47),
    ("strings|streicher|archi", 48),
    ("soprano sax(ophone)?", 64),
    ("alto sax(ophone)?", 65),
    ("tenor sax(ophone)?", 66),
    ("baritone sax(ophone)?", 67),
    ("sax(ophone)?", 65),
    ("english horn|cor anglais|corno inglese|englischhorn", 69),
    ("bass clarinet|clarinets?|clarinett[oi]|klarinetten?|clarinette", 71),
    ("oboes?|oboi|hautbois", 68),
    ("bassoons?|fagott[oie]?|basson", 70),
    ("piccolo", 72),
    ("recorders?|blockfl.te|flauto dolce", 74),
    ("pan flute", 75),
    ("flutes?|flaut[oi]|fl.ten?|fl.te", 73),
    ("ocarina", 79),
    ("trumpets?|cornet|tromb[ae]|trompeten?|trompette|clarino", 56),
    ("trombones?|tromboni|posaunen?", 57),
    ("tuba", 58),
    ("horns?|corn[oi]|cor", 60),
    ("brass", 61),
    ("voices?|vocals?|choir|chorus|singer|sopranos?|altos?|contralto|tenors?|tenore|baritone", 52),
    ("bass|basso|canto|cantus|altus|bassus|discantus|treble|mezzo", 52),
    ("sitar", 104),
    ("banjo", 105),
    ("shamisen", 106),
    ("koto", 107),
    ("bagpipes?", 109),
    ("fiddle", 110),
    ("steel drums?", 114),
)

_DRUM_KEYS = (
    ("side stick|rim ?shot|cross stick|rim", 37),
    ("snare|side drum|tamburo", 38),
    ("(bass|kick) ?drum|kick|gran cassa|grosse trommel", 36),
    ("hand ?clap|clap", 39),
    ("pedal hi-?hat|hi-?hat pedal|foot hi-?hat", 44),
    ("open hi-?hat|hi-?hat open", 46),
    ("hi-?hats?|hi hat", 42),
    ("(low|floor) tom|low floor tom", 43),
    ("(mid|middle|medium) tom", 47),
    ("(high|hi) tom", 50),
    ("toms?|tom-toms?", 45),
    ("ride bell", 53),
    ("ride", 51),
    ("splash", 55),
    ("china|tam-?tam|gong", 52),
    ("tambourine|tamburin", 54),
    ("cow ?bell", 56),
    ("crash|cymbals?|piatti|becken", 49),
    ("bongos?", 60),
    ("congas?", 63),
    ("timbales?", 65),
    ("agogo", 67),
    ("cabasa", 69),
    ("maracas", 70),
    ("guiro", 73),
    ("claves", 75),
    ("wood ?blocks?|temple blocks?", 76),
    ("triangle|triangel|triangolo", 81),
    ("shaker", 82),
    ("castanets", 85),
)


def _compiled(table: tuple[tuple[str, int], ...]) -> list[tuple[re.Pattern[str], int]]:
    return [(re.compile(rf"\b({words})\b", re.IGNORECASE), number) for words, number in table]


_PROGRAM_PATTERNS, _DRUM_PATTERNS = _compiled(_PROGRAMS), _compiled(_DRUM_KEYS)
_LONGEST_NAME = 100  # characters that are looked at


def program_of_name(name: str) -> int | None:
    """The General MIDI program, from 0, of an instrument's name; None if it says nothing."""
    return _first(_PROGRAM_PATTERNS, name)


def drum_key_of_name(name: str) -> int | None:
    """The General MIDI percussion key of an instrument's name; None if it says nothing."""
    return _first(_DRUM_PATTERNS, name)


def _first(patterns: list[tuple[re.Pattern[str], int]], name: str) -> int | None:
    name = name[:_LONGEST_NAME]
    return next((number for pattern, number in patterns if pattern.search(name)), None)
