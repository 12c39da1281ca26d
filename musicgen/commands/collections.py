"""The commands `library` and `corpus`."""

from __future__ import annotations

import argparse
import time

import msgspec

from musicgen.commands.answer import INTERRUPTED, Answer
from musicgen.commands.progress import ProgressLine, cancel_on_interrupt
from musicgen.corpus.bundled.library import bundled_collections, rebuild_library
from musicgen.corpus.collection import Collection, why_empty
from musicgen.corpus.errors import CollectionError
from musicgen.corpus.facts import piece_facts
from musicgen.corpus.load import load_collection
from musicgen.corpus.user.user_collections import own_collections
from musicgen.encoding.registry import fit_encoding
from musicgen.encoding.vocabulary import distinct_tokens


def library(options: argparse.Namespace) -> Answer:
    """List all collections; `build` first builds the bundled ones from music21's corpus."""
    if options.action == "build":
        rebuild_library(ProgressLine())
    bundled = [
        {
            "name": collection.name,
            "title": collection.title,
            "pieces": collection.pieces,
            "licence": collection.licence,
        }
        for collection in bundled_collections()
    ]
    own = [
        {"name": collection.name, "pieces": collection.files} for collection in own_collections()
    ]
    lines = [f"{row['name']:24} {row['pieces']:6} pieces" for row in (*bundled, *own)]
    return Answer({"bundled": bundled, "own": own}, "\n".join(lines))


def corpus(options: argparse.Namespace) -> Answer:
    """Read and encode a source; after Ctrl-C, the pieces read so far.

    Raises CollectionError if there is no piece in it.
    """
    start = time.perf_counter()
    with cancel_on_interrupt(ProgressLine()) as progress:
        collection = load_collection(options.source, progress, options.time)
    if collection.complete and not collection.scores:
        raise CollectionError(why_empty(collection.refused, options.source))
    tokens, vocabulary = _count_tokens(collection, options.encoding)
    refused = [{"file": file.file, "reason": file.reason} for file in collection.refused]
    data = {
        "name": collection.name,
        "files": len(collection.scores),
        "refused": refused,
        "complete": collection.complete,
        "notes": sum(map(len, collection.scores)),
        "tokens": tokens,
        "vocabulary": vocabulary,
        "pieces": [msgspec.to_builtins(piece_facts(piece)) for piece in collection.pieces],
        "seconds": time.perf_counter() - start,
    }
    lines = [f"refused {file['file']}: {file['reason']}" for file in refused]
    lines.append(
        f"{data['files']} files, {data['notes']:,} notes, {tokens:,} tokens of a "
        f"vocabulary of {vocabulary:,}, in {data['seconds']:.2f} s"
    )
    if not collection.complete:
        lines.append("interrupted: what was read is in the cache, the rest is read next time")
    return Answer(data, "\n".join(lines), 0 if collection.complete else INTERRUPTED)


def _count_tokens(collection: Collection, encoding_name: str) -> tuple[int, int]:
    """Number of tokens of a collection in an encoding, and number of different ones."""
    encoding = fit_encoding(encoding_name, collection.scores)
    pieces = [encoding.encode(score) for score in collection.scores]
    tokens = sum(map(len, pieces))
    if encoding_name == "notes":
        return tokens, encoding.fields[0].size if tokens else 0
    return tokens, distinct_tokens(encoding, pieces)
