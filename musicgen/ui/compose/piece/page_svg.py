"""Engraved pages on white paper, so that they can be read on a dark page, too."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ROOT = re.compile(r'<svg [^>]*viewBox="0 0 (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)"[^>]*>')
_WHITE = '<rect width="100%" height="100%" fill="white"/>'


def on_paper(page: str) -> str:
    """One page, an SVG document as verovio writes it, with a white background."""
    root = _root(page)
    return page[: root.end()] + _WHITE + page[root.end() :]


def one_sheet(pages: Sequence[str]) -> str:
    """All pages one below the other, as one SVG document."""
    sizes = [tuple(map(float, _root(page).groups())) for page in pages]
    width, height = max(w for w, _ in sizes), sum(h for _, h in sizes)
    parts, top = [], 0.0
    for page, (w, h) in zip(pages, sizes, strict=True):
        inside = page[_root(page).start() :]
        parts.append(inside.replace("<svg ", f'<svg y="{top:g}" width="{w:g}" height="{h:g}" ', 1))
        top += h
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">'
    return "\n".join([opening, _WHITE, *parts, "</svg>"])


def _root(page: str) -> re.Match[str]:
    found = _ROOT.search(page)
    if found is None:
        raise ValueError("this page has no size")
    return found
