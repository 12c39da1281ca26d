"""Streamlit components of this project: HTML, CSS and JavaScript from a folder each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st


def component(name: str, *scripts: str) -> Callable[..., Any]:
    """Register the component of NAME_assets/.

    scripts: its JavaScript files, joined into one module in this order; NAME.js by default.
    """
    folder = Path(__file__).parent / f"{name}_assets"
    texts = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    return st.components.v2.component(
        f"musicgen_{name}",
        html=texts[f"{name}.html"],
        css=texts[f"{name}.css"],
        js="".join(texts[script] for script in scripts or (f"{name}.js",)),
    )
