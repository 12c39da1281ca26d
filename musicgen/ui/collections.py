"""Choosing a collection, adding one, and looking after one's own."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from musicgen.corpus import shelf
from musicgen.corpus.errors import CorpusError
from musicgen.corpus.formats import FORMATS
from musicgen.corpus.library import Bundled, bundled
from musicgen.corpus.placing import Added
from musicgen.settings import BadName
from musicgen.ui.frame import say_later
from musicgen.ui.linked import choose_next, linked_choice
from musicgen.ui.tasks import Task, finish
from musicgen.ui.words import count, plain

KEY = "collection"  # of the chooser, and in links
_IMPORT = "_import"  # a folder that is being copied
_FOLDER = "_import_folder"  # the path that was asked for
ENDINGS = [ending.removeprefix(".") for ending in FORMATS] + ["zip"]


def choose() -> str:
    """The chosen collection's name; a link's where it has one."""
    return linked_choice("Collection", collection_names(), KEY)


def collection_names() -> list[str]:
    """The bundled collections, then the user's own."""
    return [each.name for each in bundled()] + [each.name for each in shelf.shelved()]


def described(name: str) -> Bundled | None:
    """What is known of a bundled collection; None for the user's own."""
    return next((each for each in bundled() if each.name == name), None)


def add_music(chosen: str) -> None:
    """Import a folder, or upload files; chosen: the collection that is open."""
    turn = st.session_state.setdefault("_additions", 0)  # new widgets after each addition
    with st.popover("Add music", icon=":material/add:", width="stretch", key=f"add-{turn}"):
        st.markdown(f"MIDI, MusicXML, ABC and Humdrum files, or a zip of them. {_where()}")
        _import_folder(turn)
        st.divider()
        _upload(chosen, turn)


def _where() -> str:
    return "They are copied into the studio's own folder; the originals stay as they are."


def _import_folder(turn: int) -> None:
    path = st.text_input(
        "A folder on this computer",
        value=st.session_state.get(_FOLDER, ""),
        key=f"import-path-{turn}",
        placeholder="/home/me/music/midi",
    ).strip()
    st.button(
        "Import the folder",
        key="import",
        type="primary",
        disabled=not path,
        on_click=_begin_import,
        args=(path,),
    )


def _begin_import(path: str) -> None:
    """Begin to copy, and have the popover closed: it would lie over the bar and its button."""
    st.session_state[_FOLDER] = path  # to be put right where it is no folder
    st.session_state["_additions"] += 1
    st.session_state[_IMPORT] = Task(
        lambda told: shelf.import_folder(Path(path).expanduser(), progress=told)
    )


def _upload(chosen: str, turn: int) -> None:
    own = [each.name for each in shelf.shelved()]
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
            on_change=_take_uploads,
            args=(key, target or "My music"),
        )


def _take_uploads(key: str, target: str) -> None:
    """Write what was uploaded to disk at once: the uploader forgets it with the page."""
    files = [(file.name, file.getvalue()) for file in st.session_state.get(key) or []]
    if not files:
        return
    try:
        _tell(shelf.add_files(target.strip(), files))
    except (CorpusError, BadName, OSError) as problem:
        st.session_state["_upload_problem"] = str(problem)


def _tell(added: Added) -> None:
    """What became of the files, shown when the page runs again, with the collection open."""
    words = [f"{count(len(added.files), 'file')} added to {plain(added.name)}"]
    if added.same:
        words.append(f"{count(len(added.same), 'file')} left out: the same are there")
    if added.refused:
        words.append(f"{count(len(added.refused), 'file')} refused")
    say_later("; ".join(words))
    st.session_state["_additions"] += 1
    st.session_state["_added"] = added
    choose_next(KEY, added.name)


def finish_import() -> None:
    """Where a folder is being imported, wait for it with a bar; what is there by then is kept."""
    task: Task[Added] | None = st.session_state.get(_IMPORT)
    if task is None:
        return
    try:
        added = finish(task, "Copying the folder", "import")
    except (CorpusError, BadName, RuntimeError, OSError, ValueError) as problem:
        st.error(plain(str(problem)))
        del st.session_state[_IMPORT]
        return
    del st.session_state[_IMPORT], st.session_state[_FOLDER]
    _tell(added)
    st.rerun()


def show_last_addition() -> None:
    """What the last import or upload left out, and why, until it is put away."""
    if problem := st.session_state.pop("_upload_problem", None):
        st.error(plain(problem))
    added: Added | None = st.session_state.get("_added")
    if added is None or not (added.refused or added.same):
        return
    left_out = [(each.file, each.reason, each.remedy) for each in added.refused]
    left_out += [(file, f"the same file is there: {twin}", "") for file, twin in added.same]
    with st.expander(f"{count(len(left_out), 'file')} not taken in", expanded=True):
        columns = zip(*left_out, strict=True)
        rows = dict(zip(("file", "reason", "remedy"), columns, strict=True))
        st.dataframe(rows, hide_index=True, height="auto" if len(left_out) < 10 else 300)
        if st.button("Put away", key="put-away"):
            del st.session_state["_added"]
            st.rerun()


def look_after(name: str) -> None:
    """Rename or delete a collection of one's own."""
    if described(name):
        return
    with st.popover("Manage", icon=":material/edit:", width="stretch"):
        new = st.text_input("Name", value=name, key=f"new-name-{name}", max_chars=64)
        if st.button("Rename", key="rename-collection", disabled=new == name):
            _change(lambda: shelf.rename(name, new), f"It is called {plain(new)} now.", new)
        st.divider()
        st.markdown("Deleting removes the studio's copies; models trained on them stay.")
        sure = st.checkbox(f"Yes, delete {plain(name)}", key=f"sure-{name}")
        if st.button("Delete", key="delete-collection", type="primary", disabled=not sure):
            _change(lambda: shelf.delete(name), f"{plain(name)} is deleted.", "")


def _change(work: object, said: str, then: str) -> None:
    try:
        work()  # type: ignore[operator]
    except (CorpusError, BadName, OSError) as problem:
        st.error(plain(str(problem)))
        return
    say_later(said)
    if then:
        choose_next(KEY, then)
    st.rerun()
