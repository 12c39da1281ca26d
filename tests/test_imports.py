"""The one-way arrows between packages, and what the web server's process may import."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "musicgen"

BASE = {"score", "settings", "files", "bounds"}
KERAS_FREE = {"models.settings", "models.checkpoint"}
# What each package may import of the others.
ARROWS: dict[str, set[str]] = {
    "score": set(),
    "settings": set(),
    "files": set(),
    "bounds": set(),
    "corpus": BASE,
    "encoding": BASE | {"corpus"},
    "evaluation": BASE | {"corpus", "encoding"},
    "models": BASE | {"encoding"},
    "composing": BASE | {"corpus", "encoding", "evaluation"} | KERAS_FREE,
    "rendering": BASE | {"corpus", "encoding", "composing"},
    "training": BASE | {"corpus", "encoding", "models", "composing", "evaluation", "rendering"},
    "ui": BASE
    | {"corpus", "encoding", "composing", "evaluation", "rendering", "training"}
    | KERAS_FREE,
    "commands": BASE
    | {"corpus", "encoding", "composing", "evaluation", "rendering", "training"}
    | KERAS_FREE,
    "cli": {"commands", "encoding"} | KERAS_FREE,
    "__main__": {"cli"},
    "__init__": set(),
}
KERAS = {"keras", "tensorflow", "tf2onnx"}
# Modules of `training` that need Keras: the training process alone imports them.
TRAINS = {
    "averaging", "bundle", "datasets", "devices", "fit", "optimizers", "session", "trainer",
    "watcher",
}  # fmt: skip


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _package(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """Dotted names of all that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _brings_keras(path: Path) -> bool:
    """Whether a module is of those that the training process alone imports."""
    package = _package(path)
    if package == "models":
        return f"models.{path.stem}" not in KERAS_FREE and path.stem != "__init__"
    return (package == "training" and path.stem in TRAINS) or package == "__main__"


def test_arrows_run_one_way() -> None:
    against = []
    for path in _modules():
        package = _package(path)
        allowed = ARROWS[package] | {package}
        for name in _imports(path):
            parts = name.split(".")
            if parts[0] != "musicgen" or len(parts) < 2:
                continue
            if parts[1] not in allowed and ".".join(parts[1:3]) not in allowed:
                against.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert against == []


def test_streamlit_and_keras_stay_in_their_places() -> None:
    against = []
    for path in _modules():
        roots = {name.split(".")[0] for name in _imports(path)}
        package = _package(path)
        trains = package == "models" or (package == "training" and path.stem in TRAINS)
        if ("streamlit" in roots and package != "ui") or (roots & KERAS and not trains):
            against.append(str(path.relative_to(PACKAGE)))
    assert against == []


def test_web_process_never_imports_tensorflow() -> None:
    """All that the pages import, and composing itself, leaves TensorFlow and Keras alone."""
    names = [_dotted(path) for path in _modules() if not _brings_keras(path)]
    code = (
        "import sys, importlib\n"
        f"for name in {names}: importlib.import_module(name)\n"
        f"print(sorted({{name.split('.')[0] for name in sys.modules}} & {KERAS}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
