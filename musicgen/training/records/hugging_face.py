"""A run as a folder for the Hugging Face Hub: its model, and a model card as README.md.

The card's header follows the Hub's model card specification (YAML between two lines of `---`). The
folder is a run's: `python -m musicgen compose FOLDER --out piece.mid` composes from it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.errors import InvalidSetting
from musicgen.files import new_folder
from musicgen.models.checkpoints.checkpoint import OPTIMIZER, WEIGHTS, open_checkpoint
from musicgen.training.run_folder.archive import run_files
from musicgen.training.run_folder.checkpoints import count_models
from musicgen.training.run_folder.results import read_baselines, read_evaluation
from musicgen.training.run_folder.run import Run

CARD = "README.md"
LEFT_OUT = ("log.txt", "status.json", "labels.json", OPTIMIZER)  # of people's own computer
LICENCE = "other"  # of the Hub's list: the model's is that of the music it learned from
LIMITS = (
    "- It knows music like that of its collection alone, and composes nothing of another kind.",
    "- It may repeat short passages of its training pieces; composing with musicgen forbids longer "
    "ones and reports those that are left.",
    "- Likelihood on held-out pieces is not the whole of what makes music good to hear.",
)


def export_hugging_face(run: Run, folder: Path) -> Path:
    """Write the folder; it must not exist yet. Raises InvalidSetting and UnknownRun."""
    if folder.exists():
        raise InvalidSetting(f"'{folder}' is there already: choose another folder")
    best = run.checkpoint()
    if not all((path / WEIGHTS).is_file() for path in (best, *open_checkpoint(best).members)):
        raise InvalidSetting(
            f"'{run.name}' came without weights of its own: fine-tune a copy and export that"
        )
    with new_folder(folder) as new:
        for path in run_files(run):
            relative = path.relative_to(run.folder)
            in_other = "checkpoints" in relative.parts and best.name not in relative.parts
            if path.name in LEFT_OUT or (in_other and path.name != "best.json"):
                continue
            target = new / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        (new / CARD).write_text(model_card(run), encoding="utf-8")
    return folder


def model_card(run: Run) -> str:
    """The model card: what it learned from, figures, limits, licence, use."""
    settings, title = run.settings, f"{run.name}: music composed by a trained model"
    lines = [*_header(run), f"# {title}", "", *_learned_from(settings.source), "## Figures", ""]
    lines += [
        "Bits a note on whole pieces held out from training; lower is better. The curves are of "
        "windows of the validation pieces: each begins anew, so that they are a little higher.",
        "",
        "| model | validation | test |",
        "|---|---|---|",
        *_rows(run),
        "",
        "## Limits",
        "",
        *LIMITS,
        "",
        "## Use",
        "",
        "```sh",
        "python -m musicgen compose FOLDER --out piece.mid",
        "```",
        "",
        "The weights are safetensors; the folder holds no Python and no pickle. "
        f"Model: {_model(run)}; encoding: {settings.encoding}.",
    ]
    return "\n".join(lines) + "\n"


def _model(run: Run) -> str:
    kind, models = run.settings.model.kind, count_models(run)
    return f"the mean of {models} models, the first {kind}" if models > 1 else kind


def _header(run: Run) -> list[str]:
    """The YAML header, each value written as JSON, which YAML includes."""
    settings, evaluation = run.settings, read_evaluation(run.folder)
    lines = ["---", f"license: {LICENCE}", "library_name: musicgen-studio"]
    lines += ["tags:", "- music", "- midi", "- symbolic-music", "- music-generation"]
    results = {
        side: result.bits_per_note
        for side, result in evaluation.items()
        if side in ("valid", "test") and result.bits_per_note is not None
    }
    if results:
        lines += ["model-index:", f"- name: {json.dumps(run.name)}", "  results:"]
    for side, bits in results.items():
        lines += [
            "  - task:",
            "      type: other",
            "      name: symbolic music generation",
            "    dataset:",
            "      type: other",
            f"      name: {json.dumps(Path(settings.source).name)}",
            f"      split: {'validation' if side == 'valid' else 'test'}",
            "    metrics:",
            "    - type: bits-per-note",
            f"      value: {bits:.4f}",
        ]
    return [*lines, "---", ""]


def _learned_from(source: str) -> list[str]:
    name = Path(source).name
    for bundled in bundled_collections():
        if bundled.name == name:
            return [
                *("## What it learned from", ""),
                *(f"**{bundled.title}.** {bundled.description}", ""),
                *(f"Source: {bundled.source}", "", f"Licence: {bundled.licence}", ""),
            ]
    return [
        *("## What it learned from", ""),
        f"The collection *{name}* of whoever trained it. Say here where its music comes from and "
        "under which licence: a model may be shared as its music allows.",
        "",
    ]


def _rows(run: Run) -> list[str]:
    """Rows of the table of figures: this model, then its baselines."""
    own = {side: result.bits_per_note for side, result in read_evaluation(run.folder).items()}
    results: dict[str, Mapping[str, float | None]] = {"this model": own}
    for name, result in read_baselines(run.folder).items():
        results[name] = result.bits_per_note
    return [
        f"| {name} | {_bits(sides.get('valid'))} | {_bits(sides.get('test'))} |"
        for name, sides in results.items()
    ]


def _bits(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"
