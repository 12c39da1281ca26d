"""Zip archives, read in memory: names of members are never used as paths on disk."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.formats import to_text
from musicgen.corpus.readers.limits import LIMITS, Limits

_ENCRYPTED_FLAG = 0x1
_ANY_RATIO_BYTES = 2**16  # small members may have any compression ratio
_ROOT_FILE = re.compile(r"<rootfile\b[^<>]{0,2000}>")
_FULL_PATH = re.compile(r"\bfull-path\s*=\s*(?:\"([^\"]{1,500})\"|'([^']{1,500})')")
_MEDIA_TYPE = re.compile(r"\bmedia-type\s*=\s*[\"'](?!application/vnd\.recordare\.musicxml)")


def open_archive(source: Path | bytes, limits: Limits = LIMITS) -> zipfile.ZipFile:
    """Open a zip and check its directory against the limits; raises UnreadableScore."""
    try:
        if isinstance(source, Path) and not source.is_file():  # opening a pipe would block
            raise FileNotFoundError(source)
        archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except Exception as problem:  # zipfile raises many kinds of errors on damaged bytes
        raise UnreadableScore("it is not a zip file, or a damaged one") from problem
    members = archive.infolist()
    if len(members) > limits.archive_members:
        raise UnreadableScore(
            f"the zip holds {len(members):,} files; at most {limits.archive_members:,} are read"
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.archive_unpacked:
        raise UnreadableScore(f"the zip would unpack to {unpacked / 2**30:,.1f} GiB")
    return archive


def read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits = LIMITS
) -> bytes:
    """Read one member; raises UnreadableScore if it is encrypted, too large or damaged."""
    if member.flag_bits & _ENCRYPTED_FLAG:
        raise UnreadableScore("it is locked with a password", "unpack it first")
    if member.file_size > limits.file_bytes:
        raise UnreadableScore(f"it would unpack to {member.file_size / 2**20:,.0f} MiB")
    ratio = member.file_size / max(1, member.compress_size)
    if member.file_size > _ANY_RATIO_BYTES and ratio > limits.archive_ratio:
        raise UnreadableScore(f"it unpacks to {ratio:,.0f} times its size, as no music does")
    try:
        with archive.open(member) as stream:
            data = stream.read(limits.file_bytes + 1)
    except Exception as problem:
        raise UnreadableScore("it is damaged inside the zip") from problem
    if len(data) > limits.file_bytes:
        raise UnreadableScore("it unpacks to more than it says")
    return data


def unpack_mxl(data: bytes, limits: Limits = LIMITS) -> bytes:
    """The MusicXML inside a compressed MusicXML file; raises UnreadableScore."""
    with open_archive(data, limits) as archive:
        members = {member.filename: member for member in archive.infolist()}
        container = members.get("META-INF/container.xml")
        if container is not None:
            name = _first_score(to_text(read_member(archive, container, limits)))
            if name in members:
                return read_member(archive, members[name], limits)
        for name, member in members.items():
            if name.lower().endswith((".xml", ".musicxml")) and not name.startswith("META-INF"):
                return read_member(archive, member, limits)
    raise UnreadableScore("there is no MusicXML in it")


def _first_score(container: str) -> str:
    """Name of the first file that a container lists and that is MusicXML; empty if there is none.

    Others are the same music in other formats, such as PDF.
    """
    for root in _ROOT_FILE.finditer(container):
        path = _FULL_PATH.search(root[0])
        if path and not _MEDIA_TYPE.search(root[0]):
            return html.unescape(path[1] or path[2])
    return ""
