"""Components of our own, each of plain HTML, CSS and JavaScript from a folder beside this file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st


def component(name: str, *scripts: str) -> Callable[..., Any]:
    """The component of NAME_assets; scripts: its modules joined into one, NAME.js by default."""
    folder = Path(__file__).parent / f"{name}_assets"
    read = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    return st.components.v2.component(
        f"musicgen_{name}",
        html=read[f"{name}.html"],
        css=read[f"{name}.css"],
        js="".join(read[script] for script in scripts or (f"{name}.js",)),
    )
