"""Layers and parameters of a model, computed once by another process, which loads Keras."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from musicgen.encoding.steps import Encoding
from musicgen.errors import MusicgenError
from musicgen.files import write_json
from musicgen.json_files import InvalidJson, parse_json, read_json
from musicgen.models.parameter_count import count_parameters
from musicgen.models.settings import ModelSettings, settings_to_json
from musicgen.paths import home

TIMEOUT_SECONDS = 180  # for loading Keras and building the model
CACHE_VERSION = 3
MAX_MESSAGE_CHARACTERS = 300

_LEFT_TO_RIGHT = ("rankdir=LR",)  # for models that have several layers at one depth
_STYLE = (  # readable on a light page and on a dark one
    'bgcolor="transparent"',
    'node [shape=box, style=filled, fillcolor="#dfe8f5", color="#7d8ba1", fontcolor="#16202e", '
    'fontname="sans-serif", fontsize=11]',
    'edge [color="#7d8ba1"]',
)


class ModelSummaryFailed(MusicgenError):
    """A model that could not be built, and why."""


@dataclass(frozen=True)
class Layer:
    """One layer of a model."""

    name: str
    kind: str
    shape: str  # of its output
    parameters: int
    depth: int  # its inputs are the layers of depth - 1


@dataclass(frozen=True)
class ModelSummary:
    """Number of parameters, and the layers in order of their use."""

    parameters: int
    layers: tuple[Layer, ...]

    @property
    def graph(self) -> str:
        """Layers and their connections in Graphviz's DOT language."""
        depths = [layer.depth for layer in self.layers]
        has_parallel_layers = len(set(depths)) < len(depths)
        lines = ["digraph {", *(_LEFT_TO_RIGHT if has_parallel_layers else ()), *_STYLE]
        for number, layer in enumerate(self.layers):
            label = f"{layer.name}\\n{layer.kind} {layer.shape}\\n{layer.parameters:,}"
            lines.append(f'n{number} [label="{_without_quotes(label)}"]')
        lines += [
            f"n{i} -> n{j}"
            for i, before in enumerate(depths)
            for j, after in enumerate(depths)
            if after == before + 1
        ]
        return "\n".join([*lines, "}"])


def cached_model_summary(model: ModelSettings, encoding: Encoding) -> ModelSummary | None:
    """The summary, if it was computed before."""
    try:
        return read_json(_cache_path(_request(model, encoding)), ModelSummary)
    except InvalidJson:
        return None


def parameter_count(model: ModelSettings, encoding: Encoding) -> int | None:
    """Number of parameters; None where it is unknown until the model has been built."""
    count = count_parameters(model, encoding)
    if count is None and (summary := cached_model_summary(model, encoding)):
        return summary.parameters
    return count


def build_model_summary(model: ModelSettings, encoding: Encoding) -> ModelSummary:
    """Build the model in another process and cache its summary. Raises ModelSummaryFailed."""
    request = _request(model, encoding)
    command = [sys.executable, "-m", "musicgen.models.describe"]
    try:
        answer = subprocess.run(
            command,
            input=request,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
        summary: ModelSummary = parse_json(answer.stdout, ModelSummary, "the model's description")
    except subprocess.TimeoutExpired:
        raise ModelSummaryFailed(
            f"the model was not built within {TIMEOUT_SECONDS} seconds"
        ) from None
    except subprocess.CalledProcessError as problem:
        raise ModelSummaryFailed(_last_line(problem.stderr)) from None
    except (OSError, InvalidJson) as problem:
        raise ModelSummaryFailed(str(problem)) from None
    path = _cache_path(request)
    with suppress(OSError):  # the next page builds it again
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, asdict(summary))
    return summary


def _request(model: ModelSettings, encoding: Encoding) -> str:
    """Input of `musicgen.models.describe`, which is the key of the cache too."""
    entry = {
        "model": settings_to_json(model),
        "encoding": encoding.to_json(),
        "version": CACHE_VERSION,
    }
    return json.dumps(entry, sort_keys=True)


def _cache_path(request: str) -> Path:
    name = hashlib.sha256(request.encode()).hexdigest()[:32]
    return home() / "cache" / "models" / f"{name}.json"


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:MAX_MESSAGE_CHARACTERS] if lines else "the model could not be built"


def _without_quotes(text: str) -> str:
    return text.replace('"', "'")
