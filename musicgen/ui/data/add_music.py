"""Adding music: a folder or a file by its path, or uploads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from musicgen.corpus.errors import CorpusError
from musicgen.corpus.readers.formats import FORMATS
from musicgen.corpus.user import user_collections
from musicgen.corpus.user.copy_files import CopyResult, Progress
from musicgen.corpus.user.safe_names import collection_name, pasted_path
from musicgen.paths import BadName
from musicgen.ui.data.choose_collection import COLLECTION, collection_names
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.tasks import Task, wait_for
from musicgen.ui.shared.text import escape, format_count
from musicgen.ui.shared.url_choice import choose_next

_IMPORT = "_import"  # what is being copied, and the words for it
_PATH = "_import_path"  # that was asked for
_KNOWN = "_import_known"  # a source that was imported before, and the collections of it
_MOST_OFFERED = 3  # of those collections
ENDINGS = [ending.removeprefix(".") for ending in FORMATS] + ["zip"]


def add_music(chosen: str) -> None:
    """Import by path, or upload files; chosen: the collection that is open."""
    turn = st.session_state.setdefault("_additions", 0)  # new widgets after each addition
    with st.popover("Add music", icon=":material/add:", width="stretch", key=f"add-{turn}"):
        st.markdown(
            "MIDI, MusicXML, ABC and Humdrum files, or a zip of them. They are copied into the "
            "studio's own folder; the originals stay as they are."
        )
        _import_path(turn)
        st.divider()
        _upload(chosen, turn)


def _import_path(turn: int) -> None:
    path = st.text_input(
        "A folder on this computer, a zip or a file",
        value=st.session_state.get(_PATH, ""),
        key=f"import-path-{turn}",
        placeholder="/home/me/music/midi",
    ).strip()
    st.button(
        "Import the folder or file",
        key="import",
        type="primary",
        disabled=not path,
        on_click=_ask_or_import,
        args=(path,),
    )


def _ask_or_import(path: str) -> None:
    """Begin to copy, or ask how, where the same was imported before."""
    st.session_state[_PATH] = path  # to be put right where there is no such thing
    source = pasted_path(path)
    names = user_collections.collections_from(source)
    if names:
        st.session_state[_KNOWN] = (source, names)
        _close_popover()
    else:
        _import_anew(source)


def _import_anew(source: Path) -> None:
    _begin("Copying the folder", lambda told: user_collections.import_source(source, progress=told))


def _add_to(name: str, source: Path) -> None:
    _begin("Copying the folder", lambda told: user_collections.add_source(name, source, told))


def _begin(words: str, work: Callable[[Progress], CopyResult]) -> None:
    st.session_state.pop(_KNOWN, None)
    st.session_state[_IMPORT] = (Task(work), words)
    _close_popover()


def _close_popover() -> None:
    """It would lie over the bar and its button."""
    st.session_state["_additions"] += 1


def _upload(chosen: str, turn: int) -> None:
    own = list(user_collections.own_collection_names())
    here = own.index(chosen) if chosen in own else None
    target = st.selectbox(
        "Put uploads into",
        own,
        index=here,
        key=f"upload-target-{chosen}",
        placeholder="A new collection: type its name",
        accept_new_options=True,
    )
    for several, words in ((True, "Files or a zip"), ("directory", "A whole folder")):
        key = f"upload-{several}-{turn}"
        st.file_uploader(
            words,
            type=ENDINGS,
            accept_multiple_files=several,  # type: ignore[arg-type]
            key=key,
            help="Files with other endings are left out by the browser.",
            on_change=_take_uploads,
            args=(key, (target or "").strip() or "My music"),
        )


def _take_uploads(key: str, target: str) -> None:
    """Write what was uploaded to disk at once: the uploader forgets it with the page."""
    files = [(file.name, file.getvalue()) for file in st.session_state.get(key) or []]
    name = target if target in collection_names() else collection_name(target)
    if files:
        _begin("Writing the files", lambda told: user_collections.add_files(name, files, told))


def ask_how_again() -> None:
    """Where a source is asked for that was imported before: say so, and offer what can be meant."""
    if _KNOWN not in st.session_state:
        return
    source, names = st.session_state[_KNOWN]
    known = ", ".join(f"**{escape(name)}**" for name in names[:_MOST_OFFERED])
    with st.container(border=True):
        st.markdown(f"{escape(str(source))} was imported before: it is here as {known}.")
        with st.container(horizontal=True):
            for name in names[:_MOST_OFFERED]:
                label = f"Add what is new to {escape(name)}"
                st.button(label, key=f"again-{name}", on_click=_add_to, args=(name, source))
            st.button(
                "Import it as another collection",
                key="again-another",
                on_click=_import_anew,
                args=(source,),
            )
            st.button("Never mind", key="again-not", on_click=_forget_known)


def _forget_known() -> None:
    st.session_state.pop(_KNOWN, None)
    st.session_state.pop(_PATH, None)
    _close_popover()


def finish_import() -> None:
    """Where something is being imported, wait for it with a bar; what is there by then is kept."""
    if _IMPORT not in st.session_state:
        return
    task, words = st.session_state[_IMPORT]
    try:
        added = wait_for(task, words, "import")
    except (CorpusError, BadName, RuntimeError, OSError, ValueError) as problem:
        st.error(escape(str(problem), 500))
        del st.session_state[_IMPORT]
        return
    del st.session_state[_IMPORT]
    st.session_state.pop(_PATH, None)
    _tell(added)
    st.rerun()


def _tell(added: CopyResult) -> None:
    """What became of the files, shown when the page runs again, with the collection open."""
    words = [f"{format_count(len(added.files), 'file')} added to {escape(added.name)}"]
    if added.same:
        words.append(f"{format_count(len(added.same), 'file')} left out: the same are there")
    if added.refused:
        words.append(f"{format_count(len(added.refused), 'file')} refused")
    if not added.complete:
        words.append("then it was cancelled")
    queue_toast("; ".join(words))
    _close_popover()
    st.session_state["_added"] = added
    choose_next(COLLECTION, added.name)


def show_last_addition() -> None:
    """What the last import or upload left out, and why, until it is put away."""
    added: CopyResult | None = st.session_state.get("_added")
    if added is None or not (added.refused or added.same):
        return
    left_out = [(each.file, each.reason, each.remedy) for each in added.refused]
    left_out += [(file, f"the same file is there: {twin}", "") for file, twin in added.same]
    with st.expander(f"{format_count(len(left_out), 'file')} not taken in", expanded=True):
        columns = zip(*left_out, strict=True)
        rows = dict(zip(("file", "reason", "remedy"), columns, strict=True))
        st.dataframe(rows, hide_index=True, height="auto" if len(left_out) < 10 else 300)
        if st.button("Put away", key="put-away"):
            del st.session_state["_added"]
            st.rerun()
