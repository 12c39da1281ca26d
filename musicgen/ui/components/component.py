"""Streamlit components of this project: HTML, CSS and JavaScript from a folder each."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

_IMPORT = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def component(name: str) -> Callable[..., Any]:
    """Register the component of NAME_assets/: NAME.html, NAME.css, and the module NAME.js.

    Before its own style it has that of all components, shared/base.css.
    """
    folder = Path(__file__).parent / f"{name}_assets"
    base = folder.parent / "shared/base.css"
    return st.components.v2.component(
        f"musicgen_{name}",
        html=(folder / f"{name}.html").read_text("utf-8"),
        css=base.read_text("utf-8") + (folder / f"{name}.css").read_text("utf-8"),
        js=join_modules(folder, f"{name}.js"),
    )


def join_modules(folder: Path, entry: str) -> str:
    """JavaScript of a module and of all that it imports by a relative path, as one module.

    Streamlit takes one module from a component. Each imported module comes once, before those that
    import it. They share one scope, so no two may have a top-level name in common, and imports have
    the form `import { a, b } from "./c.js";`.
    """
    texts: dict[Path, str] = {}

    def add(path: Path) -> None:
        text = path.read_text("utf-8")
        texts[path] = ""  # its place is taken below: a circle ends here
        for imported in _IMPORT.findall(text):
            target = (path.parent / imported).resolve()  # one file has one path
            if target not in texts:
                add(target)
        del texts[path]
        texts[path] = _EXPORT.sub("", _IMPORT.sub("", text))

    add((folder / entry).resolve())
    return "\n".join(texts.values())
