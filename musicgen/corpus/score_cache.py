"""Scores kept as they were read, so that the second opening of a source reads no file.

One record file a source, in home()/cache/scores: NumPy arrays and JSON, never pickle. A
record that is damaged, of another version or not writable is as good as none.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from musicgen.corpus.collection import Piece, PieceFile, RefusedFile
from musicgen.paths import home
from musicgen.score import NOTE_DTYPE, Metre, Score

READER_VERSION = 3  # another one whenever reading gives other scores for the same bytes
MOST_RECORDS = 64

Answer = Piece | RefusedFile  # what reading one file gave
Key = tuple[str, str]  # file and stamp of an Entry


def load_cache(source: Path) -> dict[Key, Answer]:
    """What was kept of a source's files; empty where there is no sound record."""
    try:
        with np.load(_record_path(source), allow_pickle=False) as arrays:
            return _unpacked(dict(arrays))
    except Exception:  # zipfile, NumPy, JSON and Score each fail in ways of their own
        return {}


def save_cache(source: Path, answers: Mapping[Key, Answer]) -> None:
    """Keep what was read; a folder that cannot be written costs only the next opening's time."""
    path = _record_path(source)
    buffer = io.BytesIO()
    notes, text = _packed(answers)
    np.savez(buffer, notes=notes, text=text)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(buffer.getbuffer())
        Path(file.name).replace(path)
        _forget_oldest(path.parent)
    except OSError:
        return


def _record_path(source: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(source.resolve())).hexdigest()[:32]
    return home() / "cache" / "scores" / f"{digest}.npz"


def _forget_oldest(folder: Path) -> None:
    records = sorted(folder.iterdir(), key=lambda each: each.stat().st_mtime)
    for path in records[:-MOST_RECORDS]:
        path.unlink()


def _packed(answers: Mapping[Key, Answer]) -> tuple[np.ndarray, np.ndarray]:
    """All notes in one table, and one JSON text that says which are whose."""
    rows = [[file, stamp, _row(answer)] for (file, stamp), answer in answers.items()]
    text = json.dumps({"version": READER_VERSION, "files": rows})
    tables = [answer.score.notes for answer in answers.values() if isinstance(answer, Piece)]
    notes = np.concatenate(tables) if tables else np.zeros(0, NOTE_DTYPE)
    return notes, np.frombuffer(text.encode(), np.uint8)


def _row(answer: Answer) -> dict[str, object]:
    if isinstance(answer, RefusedFile):
        return {"refused": asdict(answer)}
    score = answer.score
    metres = [[each.start, each.numerator, each.denominator] for each in score.metres]
    head = {"notes": len(score), "tempo": score.tempo, "metres": metres, "name": score.name}
    return {"score": head, "file": asdict(answer.file)}


def _unpacked(arrays: Mapping[str, np.ndarray]) -> dict[Key, Answer]:
    record = json.loads(arrays["text"].tobytes())
    if record["version"] != READER_VERSION:
        return {}
    notes, at = arrays["notes"], 0
    answers: dict[Key, Answer] = {}
    for file, stamp, row in record["files"]:
        if "refused" in row:
            answers[file, stamp] = RefusedFile(**row["refused"])
            continue
        head = row["score"]
        table = notes[at : at + head["notes"]]
        at += head["notes"]
        metres = tuple(Metre(*each) for each in head["metres"])
        score = Score(table, head["tempo"], metres, head["name"])
        answers[file, stamp] = Piece(score, PieceFile(**row["file"]))
    return answers
