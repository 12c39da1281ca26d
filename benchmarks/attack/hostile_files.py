"""Names, devices, pipes, codecs and zips that a folder or an upload may hold."""

from __future__ import annotations

import io
import os
import random
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.attack.attack import Attack, Case, Failed
from musicgen.corpus.errors import CorpusError
from musicgen.corpus.load import load_collection
from musicgen.corpus.user.user_collections import add_files, collection_path
from musicgen.paths import BadName

# One quarter note, C4.
MIDI = b"MThd\0\0\0\6\0\0\0\1\0\x18MTrk\0\0\0\x0c\0\x90\x3c\x40\x18\x80\x3c\0\0\xff\x2f\0"
PARTS = (
    "..", ".", "", "/", "\\", "a", "\0", "\n", "\ud800", "\u202e", "n" * 300, "CON", "~", "*", "é",
    "a b", ".hidden", "-rf", "$(id)", "etc", "passwd", "C:", "💿", "\x7f",
)  # fmt: skip
ENDINGS = (".mid", ".MID", ".xml", ".mxl", ".abc", ".krn", ".zip", ".txt", "", ".mid\0.txt")
CODECS = ("punycode", "undefined", "idna", "rot13", "zlib", "utf-7", "raw_unicode_escape", "mbcs")
SPECIAL = ("/dev/zero", "/dev/full", "/dev/random", "/proc/self/mem", "/proc/kmsg", "loop", "pipe")


def cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    choices = random.Random(seed)
    kinds = (_upload, _zip, _folder, _collection_name)
    for number in range(count):
        yield kinds[number % len(kinds)](random.Random(choices.random()))


def _name(choices: random.Random) -> str:
    parts = choices.choices(PARTS, k=choices.randint(1, 5))
    return choices.choice("/\\").join(parts) + choices.choice(ENDINGS)


def _content(choices: random.Random) -> bytes:
    codec = choices.choice(CODECS)
    xml = f'<?xml version="1.0" encoding="{codec}"?>\n'.encode() + choices.randbytes(2000)
    return choices.choice((MIDI, xml, choices.randbytes(100), b"", b"PK\3\4" + bytes(50)))


@contextmanager
def _home() -> Iterator[Path]:
    """A home folder in a folder of its own, in which nothing else may appear."""
    before = os.environ.get("MUSICGEN_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MUSICGEN_HOME"] = f"{folder}/home"
        try:
            yield Path(folder)
        finally:
            os.environ.pop("MUSICGEN_HOME")
            if before is not None:
                os.environ["MUSICGEN_HOME"] = before


def _upload(choices: random.Random) -> tuple[str, Case]:
    name, data = _name(choices), _content(choices)
    return f"upload {name[:60]!r}", lambda: _add(name, data)


def _zip(choices: random.Random) -> tuple[str, Case]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for _ in range(5):
            name = _name(choices).encode(errors="replace").decode() or "x"
            member = zipfile.ZipInfo(name)
            member.external_attr = choices.choice((0, 0o120777 << 16))  # or a link
            archive.writestr(member, _content(choices))
    data = bytearray(buffer.getvalue())
    for _ in range(choices.randint(0, 3)):
        data[choices.randrange(len(data))] ^= 1 << choices.randrange(8)
    return "zip", lambda: _add("some.zip", bytes(data))


def _add(name: str, data: bytes) -> str:
    with _home() as folder:
        try:
            added = add_files("mine", [(name, data), ("good.mid", MIDI)])
        except CorpusError as problem:
            raise Failed(f"the good file is lost: {problem}") from None
        outside = [path for path in folder.iterdir() if path.name != "home"]
        links = [path for path in folder.rglob("*") if path.is_symlink()]
        if outside or links:
            raise Failed(f"outside of the workspace: {outside or links}")
        if not load_collection("mine").scores:
            raise Failed("the good file is not read")
        return "refused" if added.refused else "sound"


def _folder(choices: random.Random) -> tuple[str, Case]:
    target, ending = choices.choice(SPECIAL), choices.choice(ENDINGS[:7])

    def read() -> str:
        with _home() as folder:
            music = folder / "music"
            music.mkdir()
            (music / "good.mid").write_bytes(MIDI)
            odd = music / f"odd{ending}"
            os.mkfifo(odd) if target == "pipe" else odd.symlink_to(
                odd if target == "loop" else target
            )
            collection = load_collection(music)
            if len(collection.scores) != 1 or len(collection.refused) != 1:
                raise Failed(f"{len(collection.scores)} read, {len(collection.refused)} refused")
        return "refused"

    return f"folder with {target} as {ending}", read


def _collection_name(choices: random.Random) -> tuple[str, Case]:
    name = "/".join(choices.choices(PARTS, k=choices.randint(1, 3)))

    def find() -> str:
        with _home() as folder:
            path = collection_path(name)
            if path is not None and path.parent != folder / "home" / "collections":
                raise Failed(f"it leads to {path}")
            try:
                add_files(name, [("good.mid", MIDI)])
            except BadName:
                return "refused"
            if not (folder / "home" / "collections").is_dir():
                raise Failed("written elsewhere")
        return "sound"

    return f"collection {name[:60]!r}", find


ATTACK = Attack(
    "hostile files",
    "no name, device, pipe, codec or zip leads out of the workspace or hides another file",
    count=4000,
    sample=60,
    cases=cases,
)
