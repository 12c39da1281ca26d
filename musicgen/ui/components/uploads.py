"""Count of dropped files against those that arrived: a Streamlit component.

A browser loses some of very many uploads, and the uploader does not say so. The component sees
what is dropped on the uploaders of the page; the server says what has come. Very many files are
sent in zips that the component makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from musicgen.corpus.source_files import PACK_PREFIX
from musicgen.ui.components.component import component

UPLOADER_KEY = "upload-music"  # how the keys of the uploaders begin that are counted


@dataclass(frozen=True)
class ReceivedFiles:
    """Files that came with one addition of the session."""

    number: int  # of the addition; later ones have larger numbers
    names: list[str]


def uploads(
    received: Sequence[ReceivedFiles],
    endings: Sequence[str],
    advice: str,
    popover: str,
    uploader: str,
) -> None:
    """Show how many of the dropped files are missing, with a button to send them again.

    received: the latest additions. endings: of the formats that are read, others are not uploaded.
    popover, uploader: keys of the popover and of the uploader in it that take files now.
    """
    data = {
        "additions": [asdict(addition) for addition in received],
        "endings": list(endings),
        "advice": advice,
        "popover": popover,
        "uploader": uploader,
        "zip": PACK_PREFIX,
    }
    _component(key="uploads", data=data)


_component = component("uploads")
