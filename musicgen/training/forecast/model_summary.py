"""A model's layers and parameters without Keras in this process: another one is asked, once."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from musicgen.encoding.steps import Encoding
from musicgen.errors import MusicgenError
from musicgen.files import write_json
from musicgen.models.parameter_count import count_parameters
from musicgen.models.settings import ModelSettings, settings_to_json
from musicgen.paths import home

SECONDS = 180  # for Keras to be loaded and the model to be built
VERSION = 2  # of what is kept


_BESIDE = ("rankdir=LR",)  # many layers of one stage stand in a column
_LOOK = (  # to be read on a light page and on a dark one
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
    stage: int  # those of one stage hear of those of the stage before


@dataclass(frozen=True)
class ModelSummary:
    """A model's layers, in order of their use."""

    parameters: int
    layers: tuple[Layer, ...]

    @property
    def graph(self) -> str:
        """What hears of what, as a drawing in Graphviz's language."""
        stages = [layer.stage for layer in self.layers]
        lines = ["digraph {", *(_BESIDE if len(set(stages)) < len(stages) else ()), *_LOOK]
        for number, layer in enumerate(self.layers):
            words = f"{layer.name}\\n{layer.kind} {layer.shape}\\n{layer.parameters:,}"
            lines.append(f'n{number} [label="{_quoted(words)}"]')
        lines += [
            f"n{i} -> n{j}"
            for i, before in enumerate(stages)
            for j, after in enumerate(stages)
            if after == before + 1
        ]
        return "\n".join([*lines, "}"])


def cached_model_summary(model: ModelSettings, encoding: Encoding) -> ModelSummary | None:
    """The outline, where it was made before."""
    try:
        return _from_json(json.loads(_path(_question(model, encoding)).read_bytes()))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def parameter_count(model: ModelSettings, encoding: Encoding) -> int | None:
    """How many a model has, where that is known without building it."""
    counted = count_parameters(model, encoding)
    if counted is None and (outline := cached_model_summary(model, encoding)):
        return outline.parameters
    return counted


def build_model_summary(model: ModelSettings, encoding: Encoding) -> ModelSummary:
    """Have the model built by another process, and keep what it says; NoOutline if it fails."""
    question = _question(model, encoding)
    command = [sys.executable, "-m", "musicgen.models.describe"]
    try:
        answer = subprocess.run(
            command, input=question, capture_output=True, text=True, timeout=SECONDS, check=True
        )
        outline = _from_json(json.loads(answer.stdout))
    except subprocess.TimeoutExpired:
        raise ModelSummaryFailed(f"the model was not built within {SECONDS} seconds") from None
    except subprocess.CalledProcessError as problem:
        raise ModelSummaryFailed(_last_line(problem.stderr)) from None
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise ModelSummaryFailed(str(problem)) from None
    path = _path(question)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, asdict(outline))
    return outline


def _question(model: ModelSettings, encoding: Encoding) -> str:
    entry = {"model": settings_to_json(model), "encoding": encoding.to_json(), "version": VERSION}
    return json.dumps(entry, sort_keys=True)


def _path(question: str) -> Path:
    return (
        home() / "cache" / "models" / f"{hashlib.sha256(question.encode()).hexdigest()[:32]}.json"
    )


def _from_json(entry: dict[str, object]) -> ModelSummary:
    layers = entry["layers"]
    if not isinstance(layers, list):
        raise ValueError("an outline has layers")
    return ModelSummary(int(str(entry["parameters"])), tuple(Layer(**each) for each in layers))


def _last_line(text: str) -> str:
    lines: Sequence[str] = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "the model could not be built"


def _quoted(text: str) -> str:
    return text.replace('"', "'")
