"""Build of the bundled collections from the installed music21 corpus.

Takes some minutes and no network. The same music21 gives the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

from musicgen.corpus.bundled.bundle import BundleFacts
from musicgen.corpus.bundled.chorales import CHORALES
from musicgen.corpus.bundled.midi_writer import midi_of_parts
from musicgen.corpus.bundled.quartets import QUARTETS
from musicgen.corpus.bundled.tunes import TUNES
from musicgen.progress import Progress

BUNDLES = (CHORALES, TUNES, QUARTETS)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest of the format: bytes do not depend on the date


def build_library(
    folder: Path, progress: Progress | None = None, stride: int = 1
) -> tuple[Path, ...]:
    """Write the zip and JSON of all bundled collections into a folder; returns the zips' paths.

    `progress` gets pieces done and pieces in all. stride: build only every stride-th piece.
    """
    import music21

    corpus = Path(music21.__file__).parent / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    pieces_by_bundle = [list(bundle.pieces(corpus))[::stride] for bundle in BUNDLES]
    total, done, zips = sum(map(len, pieces_by_bundle)), 0, []
    for bundle, pieces in zip(BUNDLES, pieces_by_bundle, strict=True):
        members = {}
        for piece in pieces:
            members[f"{piece.name}.mid"] = midi_of_parts(*bundle.read(piece))
            done += 1
            if progress:
                progress(done, total)
        zips.append(_write(folder, bundle.facts, members))
    return tuple(zips)


def _write(folder: Path, facts: BundleFacts, members: dict[str, bytes]) -> Path:
    """Write <name>.zip with the members sorted by name, and <name>.json with the facts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(members.items()):
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, data)
    path = folder / f"{facts.name}.zip"
    path.write_bytes(buffer.getvalue())
    facts = replace(facts, pieces=len(members))
    text = json.dumps(asdict(facts), indent=2, ensure_ascii=False) + "\n"
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    return path
