"""The one-way arrows between packages, and what the web server's process may import."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.helpers.locations import ROOT

PACKAGE = ROOT / "musicgen"

BASE = {"score", "score_fields", "metres", "ticks", "paths", "files", "bounds", "errors"} | {
    "progress",
    "json_files",
    "file_hashes",
    "bin",
    "limited_process",
}
KERAS_FREE = {"models.settings", "models.parameter_count", "models.checkpoints.checkpoint"}
KERAS_FREE |= {f"models.checkpoints.{name}" for name in ("seal", "step_graphs", "traces")}
KERAS_FREE |= {f"models.checkpoints.{name}" for name in ("graph_weights", "weights_file")}
KERAS_FREE |= {"models.checkpoints.members"}
CORE = BASE | {"theory", "corpus", "encoding", "statistics"}
# What the packages may import of the others.
ARROWS: dict[str, set[str]] = {
    **dict.fromkeys(BASE, BASE),
    "theory": BASE,
    "corpus": BASE | {"theory"},
    "encoding": BASE | {"theory", "corpus"},
    "statistics": BASE | {"theory", "corpus", "encoding"},
    "prepared": CORE,
    "models": BASE | {"encoding"},
    "evaluation": CORE,
    "rendering": CORE,
    "composing": CORE | {"evaluation"} | KERAS_FREE,
    "training": CORE | {"prepared", "models", "composing", "evaluation", "rendering"},
    "ui": CORE | {"prepared", "composing", "evaluation", "rendering", "training"} | KERAS_FREE,
    "commands": CORE
    | {"prepared", "composing", "evaluation", "rendering", "training"}
    | KERAS_FREE,
    "cli": BASE | {"commands", "encoding"} | KERAS_FREE,
    "__main__": {"cli"},
    "__init__": set(),
}
KERAS = {"keras", "tensorflow", "tf2onnx"}
# Where Keras may be imported; of all this the training process alone imports anything.
WITH_KERAS = ("models", "training.keras", "training.worker.fit")


def _modules() -> dict[str, Path]:
    """Dotted names below `musicgen`, such as `score` or `training.keras.session`, and files."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in paths}


@cache
def _imports(path: Path) -> set[str]:
    """Dotted names of all that a module imports, wherever in it, under TYPE_CHECKING too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _own_imports(path: Path) -> set[str]:
    """The imports of this package, without its name."""
    names = {name.partition("musicgen.")[2] for name in _imports(path) if name[:9] == "musicgen."}
    return names - {""}


def _is_below(name: str, places: set[str] | tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def _may_import_keras(name: str) -> bool:
    return _is_below(name, WITH_KERAS) and not _is_below(name, KERAS_FREE)


def test_arrows_run_one_way() -> None:
    against = []
    for module, path in _modules().items():
        package = module.split(".")[0]
        allowed = ARROWS[package] | {package}
        for name in _own_imports(path):
            if not _is_below(name, allowed):
                against.append(f"{module} imports {name}")
    assert against == []


def test_no_circles_between_modules() -> None:
    modules = _modules()
    graph = {}
    for module, path in modules.items():
        names = _own_imports(path)
        imported = {name if name in modules else name.rpartition(".")[0] for name in names}
        graph[module] = (imported & set(modules)) - {module}
    while ends := {module for module, imported in graph.items() if not imported}:
        graph = {module: imported - ends for module, imported in graph.items() if imported}
    assert sorted(graph) == [], "these import each other, or what does"


def test_streamlit_and_keras_stay_in_their_places() -> None:
    against = []
    for module, path in _modules().items():
        roots = {name.split(".")[0] for name in _imports(path)}
        if "streamlit" in roots and not _is_below(module, ("ui",)):
            against.append(f"{module} imports streamlit")
        if roots & KERAS and not _may_import_keras(module):
            against.append(f"{module} imports Keras")
    assert against == []


def test_web_process_never_imports_tensorflow() -> None:
    """All that the pages import, and composing itself, leaves TensorFlow and Keras alone."""
    names = [f"musicgen.{name}" for name in _modules() if not _may_import_keras(name)]
    names = [name.removesuffix(".__init__") for name in names if name != "musicgen.__main__"]
    code = (
        "import sys, importlib\n"
        f"for name in {names}: importlib.import_module(name)\n"
        f"print(sorted({{name.split('.')[0] for name in sys.modules}} & {KERAS}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
