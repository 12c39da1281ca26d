"""The prompt of a new piece: notes that it begins with, from widgets or from a link.

A link names a prompt as `notes:TEXT`, `piece:ID:BARS` or `collection:COLLECTION/PIECE:BARS`, after
`melody:` where other parts are composed for its melody.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from musicgen.composing.bars import bar_start
from musicgen.composing.records.recipe import Recipe, recipe_in
from musicgen.composing.records.saved_pieces import list_pieces, read_piece
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.formats import FORMATS
from musicgen.corpus.readers.read_score import read_score
from musicgen.errors import InvalidSetting
from musicgen.files import USER_ERRORS
from musicgen.score import Score
from musicgen.theory.chosen_parts import melody_part, only_parts
from musicgen.ui.compose.form.note_input import notes_text
from musicgen.ui.compose.form.note_text import parse_notes
from musicgen.ui.compose.form.restore import offer_restore
from musicgen.ui.compose.piece_cache import score_of
from musicgen.ui.data.choose_collection import collection_names, collection_title
from musicgen.ui.data.open_collection import open_collection
from musicgen.ui.shared.text import format_count, format_length

KIND_KEY, BARS_KEY, FILE_KEY = "prompt-kind", "prompt-bars", "prompt-file"
MELODY_KEY = "prompt-melody"
NOTHING, COLLECTION_PIECE, FILE = "Nothing", "A piece", "A file"
EARLIER_PIECE, NOTES = "An earlier one", "Notes"
KINDS = (NOTHING, COLLECTION_PIECE, FILE, EARLIER_PIECE, NOTES)
DEFAULT_BARS = 4
MAX_EARLIER_PIECES = 200
# What was read from the last upload, in st.session_state.
_UPLOAD, _UPLOAD_RECIPE, _UPLOAD_ERROR = "_prompt_upload", "_prompt_recipe", "_prompt_error"


@dataclass(frozen=True)
class Prompt:
    """Notes that a piece begins with."""

    score: Score | None = None  # None for no prompt
    description: str = ""
    link: str | None = ""  # its name in a link; None where no link can name it
    is_melody: bool = False  # it does not begin a piece: other parts are composed for it

    @property
    def origin(self) -> str:
        """What a piece with this prompt is made from, in words; empty without one."""
        if self.is_melody:
            return f"around the melody of {self.description}"
        return self.description and f"begins with {self.description}"


def choose_prompt(collection: str, knows_parts: bool) -> Prompt:
    """Widgets that choose the prompt.

    collection: the model's training collection, which is proposed first. knows_parts: whether the
    model can compose other parts for a melody. Raises MusicgenError or
    OSError if the choice cannot be used.
    """
    kind = st.pills(
        "Begin from", KINDS, default=NOTHING, required=True, key=KIND_KEY, persist_state="session"
    )
    if kind == NOTHING:
        return Prompt()
    is_melody = knows_parts and st.toggle(
        "Compose other parts for its melody", key=MELODY_KEY, persist_state="session"
    )
    if kind == NOTES:
        prompt = _typed_notes()
    else:
        prompt = _choose_bars(_choose_piece(kind, collection), is_melody)
    if is_melody:
        return _melody_of(prompt)
    if knows_parts and prompt.score is not None and len(set(prompt.score.notes["part"])) == 1:
        st.caption(
            "The piece goes on in this one part. Other parts come with it where they are composed "
            "for its melody, by the switch above."
        )
    return prompt


def _choose_piece(kind: str, collection: str) -> Prompt:
    if kind == COLLECTION_PIECE:
        return _choose_collection_piece(collection)
    return _upload_file() if kind == FILE else _choose_earlier_piece()


def _choose_bars(prompt: Prompt, is_melody: bool) -> Prompt:
    """A number of first bars: a few for a beginning, all for a melody, until it is changed."""
    assert prompt.score is not None
    score, max_bars = prompt.score, max(1, prompt.score.full_bars)
    st.caption(f"{format_length(score)}, {format_count(len(score), 'note')}")
    key = f"{BARS_KEY}-{prompt.description}" + ("-melody" if is_melody else "")
    proposed = max_bars if is_melody else min(DEFAULT_BARS, max_bars)
    bars = int(st.number_input("Bars of it", 1, max_bars, proposed, key=key))
    return _first_bars_of(prompt, bars + score.has_pickup)


def prompt_from_link(link: str) -> Prompt:
    """Find the prompt that a link names. Raises InvalidSetting if it is not on this computer."""
    kind, _, rest = link.partition(":")
    if kind == "melody" and not rest.startswith("melody:"):
        return _melody_of(prompt_from_link(rest))
    try:
        if kind == "notes":
            return _notes_prompt(rest)
        source, _, bars = rest.rpartition(":")
        if kind == "piece":
            return _first_bars_of(_saved_piece(source), _number_of_bars(bars))
        if kind == "collection":
            collection, _, name = source.partition("/")
            return _first_bars_of(_collection_piece(collection, name), _number_of_bars(bars))
    except USER_ERRORS as error:
        raise InvalidSetting(f"the piece's beginning is not here: {error}") from None
    raise InvalidSetting(f"'{link[:60]}' is not the beginning of a piece")


def _melody_of(prompt: Prompt) -> Prompt:
    """The melody of a prompt, to compose other parts for."""
    assert prompt.score is not None
    melody = only_parts(prompt.score, [melody_part(prompt.score)])
    link = f"melody:{prompt.link}" if prompt.link else None
    return Prompt(melody, prompt.description, link, is_melody=True)


def _first_bars_of(prompt: Prompt, bars: int) -> Prompt:
    """Shorten a prompt to its first bars, an upbeat counted as one."""
    score = prompt.score
    assert score is not None
    full_bars = bars - score.has_pickup
    part = f"first {format_count(full_bars, 'bar')}" if full_bars else "upbeat"
    link = f"{prompt.link}:{bars}" if prompt.link else None
    first_bars = score.until(bar_start(score.metres, bars, score.resolution))
    return Prompt(first_bars, f"the {part} of {prompt.description}", link)


def _number_of_bars(text: str) -> int:
    if not (text.isdecimal() and 0 < len(text) < 6):
        raise InvalidSetting(f"'{text[:20]}' is not a number of bars")
    return int(text)


def _choose_collection_piece(training_collection: str) -> Prompt:
    names = collection_names()
    index = names.index(training_collection) if training_collection in names else 0
    collection = str(
        st.selectbox("Collection", names, index, collection_title, key="prompt-collection")
    )
    pieces = sorted(score.name for score in open_collection(collection).scores)
    if not pieces:
        raise InvalidSetting("that collection holds no piece to begin from")
    name = str(st.selectbox("Piece", pieces, key=f"prompt-piece-{collection}"))
    return _collection_piece(collection, name)


def _collection_piece(collection: str, name: str) -> Prompt:
    if collection not in collection_names():  # a link must not make us read any path
        raise InvalidSetting(f"there is no collection '{collection[:80]}'")
    for score in open_collection(collection).scores:
        if score.name == name:
            return Prompt(score, name, f"collection:{collection}/{name}")
    raise InvalidSetting(f"'{collection}' has no piece '{name[:80]}'")


def _upload_file() -> Prompt:
    extensions = [extension.removeprefix(".") for extension in FORMATS]
    st.file_uploader("A MIDI file or a score", extensions, key=FILE_KEY, on_change=_read_upload)
    if error := st.session_state.get(_UPLOAD_ERROR):
        raise InvalidSetting(error)
    prompt: Prompt | None = st.session_state.get(_UPLOAD)
    if prompt is None:
        raise InvalidSetting("choose a file to begin from")
    recipe: Recipe | None = st.session_state.get(_UPLOAD_RECIPE)
    if recipe is not None:
        offer_restore(recipe, KIND_KEY, NOTHING)
    return prompt


def _read_upload() -> None:
    """Read the upload at once: Streamlit drops it when the page is left."""
    file = st.session_state.get(FILE_KEY)
    for name in (_UPLOAD, _UPLOAD_RECIPE, _UPLOAD_ERROR):
        st.session_state[name] = None
    if file is None:
        return
    try:
        score = read_score(file.getvalue(), file.name)
        st.session_state[_UPLOAD] = Prompt(score, file.name, None)
        st.session_state[_UPLOAD_RECIPE] = recipe_in(file.getvalue())
    except UnreadableScore as error:
        st.session_state[_UPLOAD_ERROR] = f"{file.name} cannot be used: {error}"


def _choose_earlier_piece() -> Prompt:
    pieces = {piece.id: piece for piece in list_pieces()[:MAX_EARLIER_PIECES]}
    if not pieces:
        raise InvalidSetting("there is no earlier piece yet")
    piece_id = st.selectbox(
        "Piece", list(pieces), key="prompt-earlier", format_func=lambda id: pieces[id].name
    )
    return _saved_piece(str(piece_id))


def _saved_piece(piece_id: str) -> Prompt:
    piece = read_piece(piece_id)
    return Prompt(score_of(piece), piece.name, f"piece:{piece.id}")


def _typed_notes() -> Prompt:
    return _notes_prompt(notes_text())


def _notes_prompt(text: str) -> Prompt:
    return Prompt(parse_notes(text), f"the notes {text[:60]}", f"notes:{text}")
