"""`python -m musicgen.models.checkpoints.trace_process FOLDER MAX_BYTES`: trace a model's graphs.

Reads settings and encoding as JSON from standard input; writes the graphs, and the shapes of
weights and state, into FOLDER. A process of its own, since the web server does not import Keras,
and since settings that somebody else made may need more memory or time than there is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # GPUs are for trainings

import musicgen.models.keras_import  # noqa: F401

# isort: split
from musicgen.encoding.registry import encoding_from_json
from musicgen.errors import MusicgenError
from musicgen.limited_process import limit_address_space
from musicgen.models.checkpoints.traces import write_trace
from musicgen.models.checkpoints.writer import trace_model
from musicgen.models.settings import settings_from_json


def trace(request: Mapping[str, Any], folder: Path) -> None:
    """Write the trace of a model into a folder."""
    encoding = encoding_from_json(request["encoding"])
    write_trace(trace_model(settings_from_json(request["model"]), encoding), folder)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m musicgen.models.checkpoints.trace_process")
    parser.add_argument("folder", type=Path)
    parser.add_argument("max_bytes", type=int)
    options = parser.parse_args()
    limit_address_space(options.max_bytes)
    try:
        trace(json.load(sys.stdin), options.folder)
    except MusicgenError as problem:
        print(problem, file=sys.stderr)
    except MemoryError:
        print("it takes too much memory", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
