"""Adding music: a folder or a file by its path, or uploads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from musicgen.corpus.readers.formats import FORMATS
from musicgen.corpus.user import user_collections
from musicgen.corpus.user.copy_files import CopyResult, Progress
from musicgen.corpus.user.safe_names import collection_name, pasted_path
from musicgen.errors import Cancelled
from musicgen.files import USER_ERRORS, message_of
from musicgen.paths import is_shared
from musicgen.ui.components.uploads import UPLOADER_KEY, ReceivedFiles, uploads
from musicgen.ui.data.choose_collection import COLLECTION, collection_names
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.tasks import Task, wait_for
from musicgen.ui.shared.text import escape, format_count
from musicgen.ui.shared.url_choice import choose_next

ADD = "add"  # query parameter with which a link opens the popover

# Keys of the session state.
_IMPORT = "_import"  # task that copies, and its label
_PATH = "_import_path"  # last path that was entered
_IMPORTED_BEFORE = "_imported_before"  # source, and the collections that have it already
_ADDITIONS = "_additions"  # number of additions: widgets are new after each
_RECEIVED = "_received"  # files that came with the latest uploads
_OPENED_BY_LINK = "_add_opened_by_link"  # key of the popover that a link opened
_LAST_ADDED = "_last_added"  # CopyResult of the last import or upload

_MAX_RECEIVED = 3  # uploads that are remembered
_MAX_OFFERED = 3  # collections that have the source already
EXTENSIONS = [extension.removeprefix(".") for extension in FORMATS] + ["zip"]


def add_music(collection: str) -> None:
    """Show the popover to import by path or to upload; collection: the one that is open."""
    additions = st.session_state.setdefault(_ADDITIONS, 0)
    key = _popover(additions)
    if st.query_params.pop(ADD, None):
        st.session_state[_OPENED_BY_LINK] = key
        st.session_state[key] = True
    # Only a popover that has a state can be opened by the program, and each opening then costs a
    # run of the page.
    has_state = st.session_state.get(_OPENED_BY_LINK) == key
    with st.popover(
        "Add music", icon=":material/add:", width="stretch", key=key,
        on_change="rerun" if has_state else "ignore",
    ):  # fmt: skip
        st.markdown(
            "MIDI, MusicXML, ABC and Humdrum files, or a zip of them. They are copied; the "
            "originals stay as they are."
        )
        _upload_form(collection, additions)
        if not is_shared():  # the paths are those of the server
            st.divider()
            _path_form(additions)


def count_uploads() -> None:
    """Show which of the dropped files did not arrive, below the popover."""
    additions = st.session_state.get(_ADDITIONS, 0)
    advice = "Very many files come safely in a zip"
    if not is_shared():
        advice += ", or as a folder of this computer"
    uploads(
        st.session_state.get(_RECEIVED, []),
        EXTENSIONS,
        f"{advice}.",
        _popover(additions),
        _uploader(True, additions),
    )


def _popover(additions: int) -> str:
    return f"add-{additions}"


def _uploader(several: bool | str, additions: int) -> str:
    return f"{UPLOADER_KEY}-{several}-{additions}"


def _path_form(additions: int) -> None:
    path = st.text_input(
        "Or a folder, a zip or a file by its place on this computer",
        value=st.session_state.get(_PATH, ""),
        key=f"import-path-{additions}",
        placeholder="/home/me/music/midi",
    ).strip()
    st.button(
        "Import the folder or file",
        key="import",
        type="primary",
        disabled=not path,
        on_click=_import_path,
        args=(path,),
    )


def _import_path(path: str) -> None:
    """Start to copy; ask first when the same source was imported before."""
    st.session_state[_PATH] = path  # stays in the field, to be corrected if it does not exist
    source = pasted_path(path)
    names = user_collections.collections_from(source)
    if names:
        st.session_state[_IMPORTED_BEFORE] = (source, names)
        _close_popover()
    else:
        _import_as_new(source)


def _import_as_new(source: Path) -> None:
    _start(
        "Copying the folder",
        lambda progress: user_collections.import_source(source, progress=progress),
    )


def _add_to(name: str, source: Path) -> None:
    _start(
        "Copying the folder", lambda progress: user_collections.add_source(name, source, progress)
    )


def _start(label: str, work: Callable[[Progress], CopyResult]) -> None:
    st.session_state.pop(_IMPORTED_BEFORE, None)
    st.session_state[_IMPORT] = (Task(work), label)
    _close_popover()


def _close_popover() -> None:
    """Close the popover, which would cover the progress bar, by making it a new one."""
    st.session_state[_ADDITIONS] += 1


def _upload_form(collection: str, additions: int) -> None:
    own = list(user_collections.own_collection_names())
    index = own.index(collection) if collection in own else None
    target = st.selectbox(
        "Put uploads into",
        own,
        index=index,
        key=f"upload-target-{collection}",
        placeholder="A new collection: type its name",
        accept_new_options=True,
    )
    kinds: tuple[tuple[bool | str, str], ...] = (
        (True, "Files or a zip"),
        ("directory", "A whole folder"),
    )
    for several, label in kinds:
        key = _uploader(several, additions)
        st.file_uploader(
            label,
            type=EXTENSIONS,
            accept_multiple_files=several,  # type: ignore[arg-type]
            key=key,
            help="Files with other endings are left out by the browser.",
            on_change=_write_uploads,
            args=(key, (target or "").strip() or "My music"),
        )


def _write_uploads(key: str, target: str) -> None:
    """Write uploads to disk at once: Streamlit drops them when the page is left."""
    files = [(file.name, file.getvalue()) for file in st.session_state.get(key) or []]
    name = target if target in collection_names() else collection_name(target)
    if files:
        received = ReceivedFiles(st.session_state[_ADDITIONS] + 1, [file for file, _ in files])
        earlier = st.session_state.get(_RECEIVED, [])
        st.session_state[_RECEIVED] = [*earlier, received][-_MAX_RECEIVED:]
        _start(
            "Writing the files",
            lambda progress: user_collections.add_files(name, files, progress),
        )


def ask_about_repeated_import() -> None:
    """Ask what to do with a source that was imported before."""
    if _IMPORTED_BEFORE not in st.session_state:
        return
    source, names = st.session_state[_IMPORTED_BEFORE]
    collections = ", ".join(f"**{escape(name)}**" for name in names[:_MAX_OFFERED])
    with st.container(border=True):
        st.markdown(f"{escape(str(source))} was imported before: it is here as {collections}.")
        with st.container(horizontal=True):
            for name in names[:_MAX_OFFERED]:
                label = f"Add what is new to {escape(name)}"
                st.button(label, key=f"again-{name}", on_click=_add_to, args=(name, source))
            st.button(
                "Import it as another collection",
                key="again-another",
                on_click=_import_as_new,
                args=(source,),
            )
            st.button("Never mind", key="again-not", on_click=_cancel_repeated_import)


def _cancel_repeated_import() -> None:
    st.session_state.pop(_IMPORTED_BEFORE, None)
    st.session_state.pop(_PATH, None)
    _close_popover()


def finish_import() -> None:
    """Wait for an import with a progress bar; a cancelled one keeps the files copied so far."""
    if _IMPORT not in st.session_state:
        return
    task, label = st.session_state[_IMPORT]
    try:
        added = wait_for(task, label, "import")
    except Cancelled:
        del st.session_state[_IMPORT]
        return
    except USER_ERRORS as error:
        st.error(escape(message_of(error), 500))
        del st.session_state[_IMPORT]
        return
    del st.session_state[_IMPORT]
    st.session_state.pop(_PATH, None)
    _report(added)
    st.rerun()


def _report(added: CopyResult) -> None:
    """Have the next run of the page open the collection and say what became of the files."""
    parts = [f"{format_count(len(added.files), 'file')} added to {escape(added.name)}"]
    if added.same:
        already = "is there already" if len(added.same) == 1 else "are there already"
        parts.append(f"{format_count(len(added.same), 'file')} {already}")
        if not added.files:
            parts[0] = f"Nothing new for {escape(added.name)}"
    if added.refused:
        parts.append(f"{format_count(len(added.refused), 'file')} refused")
    if not added.complete:
        parts.append("then it was cancelled")
    queue_toast("; ".join(parts))
    _close_popover()
    st.session_state[_LAST_ADDED] = added
    choose_next(COLLECTION, added.name)


def show_last_addition() -> None:
    """Show the files that the last addition left out, and why, until the list is closed."""
    added: CopyResult | None = st.session_state.get(_LAST_ADDED)
    if added is None or not (added.refused or added.same):
        return
    left_out = [(file.file, file.reason, file.remedy) for file in added.refused]
    left_out += [(file, f"it is there already, as {twin}", "") for file, twin in added.same]
    with st.expander(f"{format_count(len(left_out), 'file')} not taken in", expanded=True):
        names = ("file", "reason", "remedy")
        columns = dict(zip(names, zip(*left_out, strict=True), strict=True))
        rows = {name: cells for name, cells in columns.items() if any(cells)}
        st.dataframe(rows, hide_index=True, height="auto" if len(left_out) < 10 else 300)
        if st.button("Close the list", key="close-additions"):
            del st.session_state[_LAST_ADDED]
            st.rerun()
