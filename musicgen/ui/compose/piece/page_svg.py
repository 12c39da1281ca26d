"""Printed pages joined into one SVG document."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ROOT = re.compile(r'<svg [^>]*viewBox="0 0 (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)"[^>]*>')
_WHITE = '<rect width="100%" height="100%" fill="white"/>'


def join_pages(pages: Sequence[str]) -> str:
    """Join pages, one below the other, into one SVG document."""
    sizes = [tuple(map(float, _root_tag(page).groups())) for page in pages]
    width, height = max(w for w, _ in sizes), sum(h for _, h in sizes)
    parts, top = [], 0.0
    for page, (w, h) in zip(pages, sizes, strict=True):
        svg = page[_root_tag(page).start() :]
        parts.append(svg.replace("<svg ", f'<svg y="{top:g}" width="{w:g}" height="{h:g}" ', 1))
        top += h
    root = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">'
    return "\n".join([root, _WHITE, *parts, "</svg>"])


def _root_tag(page: str) -> re.Match[str]:
    match = _ROOT.search(page)
    if match is None:
        raise ValueError("the page has no <svg> element with a viewBox")
    return match
