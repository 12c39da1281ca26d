"""`library` and `corpus`."""

from __future__ import annotations

import argparse
import time

from musicgen.commands.answer import INTERRUPTED, Answer
from musicgen.commands.progress import ProgressLine, cancel_on_interrupt
from musicgen.corpus.bundled.library import build, bundled_collections
from musicgen.corpus.load import load_collection
from musicgen.corpus.user.user_collections import own_collections
from musicgen.encoding.registry import fit_encoding


def library(options: argparse.Namespace) -> Answer:
    """The collections that are here; `build` makes the bundled ones from music21's corpus."""
    if options.action == "build":
        build(ProgressLine())
    rows = [
        {"name": each.name, "title": each.title, "pieces": each.pieces, "licence": each.licence}
        for each in bundled_collections()
    ]
    own = [{"name": each.name, "pieces": each.files} for each in own_collections()]
    lines = [f"{row['name']:24} {row['pieces']:6} pieces" for row in (*rows, *own)]
    return Answer({"bundled": rows, "own": own}, "\n".join(lines))


def corpus(options: argparse.Namespace) -> Answer:
    """Read and encode a collection; after Ctrl-C what was read until then."""
    began = time.perf_counter()
    with cancel_on_interrupt(ProgressLine()) as progress:
        collection = load_collection(options.source, progress)
    encoding = fit_encoding(options.encoding, collection.scores)
    steps = [encoding.encode(score) for score in collection.scores]
    if options.encoding == "notes":
        vocabulary = encoding.fields[0].size if any(map(len, steps)) else 0
    else:
        vocabulary = len({token for piece in steps for token in encoding.tokens(piece)})
    refused = [{"file": each.file, "reason": each.reason} for each in collection.refused]
    data = {
        "name": collection.name,
        "files": len(collection.scores),
        "refused": refused,
        "complete": collection.complete,
        "notes": sum(map(len, collection.scores)),
        "tokens": sum(map(len, steps)),
        "vocabulary": vocabulary,
        "seconds": time.perf_counter() - began,
    }
    lines = [f"refused {each['file']}: {each['reason']}" for each in refused]
    lines.append(
        f"{data['files']} files, {data['notes']:,} notes, {data['tokens']:,} tokens of a "
        f"vocabulary of {vocabulary:,}, in {data['seconds']:.2f} s"
    )
    if not collection.complete:
        lines.append("stopped before the end: what was read is kept, the rest is read next time")
    return Answer(data, "\n".join(lines), 0 if collection.complete else INTERRUPTED)
