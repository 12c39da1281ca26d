"""Files of music that are damaged or absurd: each is read or refused, within time and memory.

A file is one of a few sound ones with bytes, words or lines changed, or hostile by construction:
entities, codecs, nesting, long numbers and names, zips that unpack to much.
"""

from __future__ import annotations

import io
import random
import re
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import psutil

from benchmarks.attack.attack import Attack, Case, Failed
from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.load import load_collection
from musicgen.corpus.readers.read_score import read_piece
from musicgen.rendering.midi import midi_bytes
from musicgen.rendering.musicxml import musicxml_bytes

MAX_SECONDS = 5.0  # of processor time, for a file
MAX_GROWTH_BYTES = 2**29
MAX_REASON_CHARACTERS = 400
SOURCES = 2  # sound scores
TUNE = (
    'X:1\nT:A tune\nM:{m}\nL:1/8\nQ:1/4=120\nK:{k}\n|:"Am"A2 B>c {{d}}e2 [ceg]2|(3abc z2 A,,4-|'
    "1 A,,8:|2 A,,4 c'4|]\nw: la la la_ la*\nV:2 clef=bass\nC,4 E,4&G,8|!trill!C,8|\n"
)
SPINES = (
    "**kern\t**kern\t**dynam\n*Icello\t*Iflt\t*\n*k[b-]\t*k[b-]\t*\n*M4/4\t*M4/4\t*\n=1\t=1\t=1\n"
    "*^\t*\t*\n[2C 2E\t4e\t2g\tp\n.\t4f\t.\t.\n2C]\t4a\t8aL\tf\n.\t.\t8bJ\t.\n"
    ".\t4b-\t4cc\t.\n*v\t*v\t*\t*\n=2\t=2\t=2\n1D;\t8qdd\t.\n.\t1ff\t.\n==\t==\t==\n*-\t*-\t*-\n",
    "**kern\t**kern\n*>[A,A1,A,A2]\t*>[A,A1,A,A2]\n*>A\t*>A\n*MM90\t*MM90\n*M3/8\t*M3/8\n"
    "=1\t=1\n*\t*^\n4.C\t8c\t4.ee\n.\t8d\t.\n.\t8e\t.\n*\t*^\t*\n*>A1\t*>A1\t*>A1\t*>A1\n"
    "=2\t=2\t=2\t=2\n4.D\t4.f\t4.a\t4.cc\n*\t*v\t*v\t*\n*\t*v\t*v\n*>A2\t*>A2\n=3\t=3\n"
    "*x\t*x\n4.g\t4.E\n*-\t*-\n",
)
WORDS = (
    "0", "-1", "1" * 400, "1e400", "NaN", "1/0", "", "\0", "\ufffe", "𝄞", "C" * 5000, "99999999999",
    "<", ">", "&", '"', "%", "[", "]", "{", "}", "(", "|:", ":|", "!", "K:", "V:", "L:1/0", "M:0/0",
    "*^", "*v", "*x", "*-", "*+", "**kern", "\t", ".", "q", "%",
    "(9:0:9", "/" * 50, "<note>", "</part>", "<backup>", "&x;", "<!--", "]]>",
)  # fmt: skip
ODD_VALUES = (
    "", "0", "-1", "1.5", "1e308", "-1e308", "nan", "inf", "1" * 400, "99999", "x", "1/0", "H",
    "64", "C", "start", "stop", "percussion", "  ", "𝄞", "whole", "1024th", "3+2", "senza-misura",
)  # fmt: skip
MAX_REPEATED = 10_000  # characters of an element
CONTAINER = "META-INF/container.xml"
CODECS = (
    "punycode", "undefined", "idna", "rot13", "zlib_codec", "utf-7", "utf-16", "utf-32", "cp037",
    "unicode_escape", "mbcs", "base64", "latin-1", "UTF-8", "x" * 39,
)  # fmt: skip


def _cases(
    make: Callable[[random.Random], tuple[str, bytes]], count: int, seed: int
) -> Iterator[tuple[str, Case]]:
    for number in range(count):
        file, data = make(random.Random(f"{seed} {number}"))
        yield f"{number}: {file}", _case(file, data)


def _case(file: str, data: bytes) -> Case:
    # MIDI is read in this process; to look for others takes longer than to read a file.
    cpu_seconds = time.process_time if file.endswith(".mid") else _cpu_seconds

    def read() -> str:
        process = psutil.Process()
        seconds, before = cpu_seconds(), process.memory_info().rss
        piece = read_piece(data, file)
        if (seconds := cpu_seconds() - seconds) > MAX_SECONDS:
            raise Failed(f"it took {seconds:.1f} seconds")
        if process.memory_info().rss - before > MAX_GROWTH_BYTES:
            raise Failed("it took more than 512 MiB")
        if isinstance(piece, RefusedFile):
            if not piece.reason or len(piece.reason) > MAX_REASON_CHARACTERS:
                raise Failed(f"refused without a reason, or a long one: {piece.reason[:80]!r}")
            if "too long or too much memory" in piece.reason:
                raise Failed(piece.reason)
            return "refused"
        return "read"

    return read


def _cpu_seconds() -> float:
    """Processor time of this process and of the one that reads notation."""
    process = psutil.Process()
    times = [one.cpu_times() for one in (process, *process.children())]
    return sum(time.user + time.system for time in times)


@cache
def _sources(format: str) -> tuple[bytes, ...]:
    scores = load_collection("bach-chorales").scores[:SOURCES]
    if format == "abc":
        heads = (("4/4", "C"), ("3/4", "Dmin"), ("C|", "F#m"), ("6/8", "Gmix"), ("7/16", "none"))
        return tuple(TUNE.format(m=metre, k=key).encode() for metre, key in heads)
    return tuple(map(midi_bytes if format == "mid" else musicxml_bytes, scores))


def _midi(choices: random.Random) -> tuple[str, bytes]:
    return "a.mid", _with_bytes(choices.choice(_sources("mid")), choices)


def _musicxml(choices: random.Random) -> tuple[str, bytes]:
    action = choices.choice((_changed, _with_values, _with_values))
    return "a.musicxml", action(choices.choice(_sources("musicxml")), choices)


def _abc(choices: random.Random) -> tuple[str, bytes]:
    return "a.abc", _changed(choices.choice(_sources("abc")), choices)


def _humdrum(choices: random.Random) -> tuple[str, bytes]:
    return "a.krn", _changed(choices.choice(SPINES).encode(), choices)


def _mxl(choices: random.Random) -> tuple[str, bytes]:
    """A zip of a damaged text, or a damaged zip."""
    text, container = choices.choice(_sources("musicxml")), _container("a.xml")
    if choices.random() < 0.5:
        return "a.mxl", _with_bytes(_zip({CONTAINER: container, "a.xml": text}), choices)
    changed = _changed(container, choices) if choices.random() < 0.5 else container
    return "a.mxl", _zip({CONTAINER: changed, "a.xml": _with_values(text, choices)})


def _changed(data: bytes, choices: random.Random) -> bytes:
    action = choices.choice((_with_bytes, _with_words, _with_words, _with_lines))
    return action(data, choices)


def _with_bytes(data: bytes, choices: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(choices.choice((1, 1, 4, 40))):
        position = choices.randrange(len(changed))
        match choices.randrange(4):
            case 0:
                changed[position] = choices.randrange(256)
            case 1:
                del changed[position : position + choices.choice((1, 8, 200))]
            case 2:
                changed[position:position] = choices.randbytes(choices.choice((1, 8)))
            case _:
                part = changed[position : position + choices.choice((4, 100))]
                changed[position:position] = part * choices.choice((1, 20))
        changed = changed or bytearray(b"\0")
    return bytes(changed)


def _with_words(data: bytes, choices: random.Random) -> bytes:
    """Numbers and signs of a text replaced by others."""
    text = data.decode()
    for _ in range(choices.choice((1, 3, 10))):
        first = choices.randrange(len(text))
        last = first + choices.choice((0, 1, 1, 3, 12))
        text = text[:first] + choices.choice(WORDS) + text[last:]
    return text.encode("utf-8", "replace")


def _with_values(data: bytes, choices: random.Random) -> bytes:
    """Values and elements of a MusicXML text replaced, dropped, repeated; it stays well formed."""
    pieces = re.split(r"(<([a-z-]+)[^<>]*>[^<>]*</\2>)", data.decode())
    pieces = [piece for index, piece in enumerate(pieces) if index % 3 < 2]
    for _ in range(choices.choice((1, 3, 30))):
        index = choices.randrange(1, len(pieces), 2)
        start, _, rest = pieces[index].partition(">")
        value = f"{start}>{choices.choice(ODD_VALUES)}</{rest.rpartition('</')[2]}"
        pieces[index] = choices.choice(
            (value, value, value, "", (pieces[index] * 20)[:MAX_REPEATED])
        )
    return "".join(filter(None, pieces)).encode()


def _with_lines(data: bytes, choices: random.Random) -> bytes:
    sound = data.splitlines(keepends=True)
    lines = list(sound)
    for _ in range(choices.choice((1, 5, 50))):
        lines[choices.randrange(len(lines))] = choices.choice(sound) * choices.choice((0, 1, 2, 30))
    return b"".join(lines) or b"\n"


def _bomb(choices: random.Random) -> tuple[str, bytes]:
    size = choices.choice((100, 10_000, 300_000))
    xml, abc = choices.choice(_sources("musicxml")), choices.choice(_sources("abc"))
    head, tail = b'<?xml version="1.0"?>', b"<score-partwise>&a;</score-partwise>"
    entities = b"".join(b'<!ENTITY %c "%b">' % (97 + i, b"&%c;" % (98 + i) * 10) for i in range(9))
    declared = b'<?xml version="1.0" encoding="%b"?>' % choices.choice(CODECS).encode()
    files: Sequence[tuple[str, bytes]] = (
        ("entities.xml", head + b"<!DOCTYPE s [" + entities + b'<!ENTITY j "x">]>' + tail),
        ("file.xml", head + b'<!DOCTYPE s [<!ENTITY a SYSTEM "file:///dev/zero">]>' + tail),
        ("address.xml", head + b'<!DOCTYPE s SYSTEM "http://127.0.0.1:9/s.dtd">' + tail),
        ("codec.xml", declared + xml.partition(b"?>")[2] + b" " * size),
        ("deep.xml", b"<score-partwise>" + b"<part>" * size),
        ("attributes.xml", b"<score-partwise " + b'a="" ' * size + b">"),
        ("open.xml", b"<?xml " + b"<!--" * size),
        ("container.mxl", _zip({CONTAINER: b"<rootfile " * size, "a.xml": xml})),
        ("spaces.mxl", _zip({CONTAINER: b"<rootfile full-path" + b" " * size})),
        ("much.mxl", _zip({"a.xml": xml + b" " * 100 * size})),
        ("header.abc", b"T:" + b"x" * 8000 + b"\n" + b"X:1\nK:C\nC\n" * (size // 20)),
        ("chords.abc", abc + b"[" * size),
        ("repeats.abc", abc + b"|:C" * size + b":|" * size),
        ("tuplets.abc", abc + b"(9" * size + b"C"),
        ("lengths.abc", abc + b"C" + b"/" * size + b"9" * size),
        ("macros.abc", b"X:1\nm: ~n = " + b"~n" * 500 + b"\nU: T = " + b"T" * 500 + b"\nK:C\n~GT"),
        ("voices.abc", b"X:1\nK:C\n" + b"".join(b"V:%d\nC|\n" % i for i in range(size // 10))),
        ("spines.krn", b"**kern\n" + b"*^\n" * min(size, 10_000) + b"4c\n*-\n"),
    )
    return choices.choice(files)


def _container(name: str) -> bytes:
    return f'<container><rootfiles><rootfile full-path="{name}"/></rootfiles></container>'.encode()


def _zip(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def _attack(
    name: str, count: int, sample: int, make: Callable[[random.Random], tuple[str, bytes]]
) -> Attack:
    promise = "it is read or refused with a reason, in 5 s and 512 MiB"
    return Attack(name, promise, count, sample, lambda count, seed: _cases(make, count, seed))


ATTACKS = (
    _attack("MIDI", 1_000_000, 1000, _midi),
    _attack("MusicXML", 2000, 20, _musicxml),
    _attack("MXL", 2000, 20, _mxl),
    _attack("ABC", 2000, 40, _abc),
    _attack("Humdrum", 2000, 40, _humdrum),
    _attack("bombs", 2000, 36, _bomb),
)
