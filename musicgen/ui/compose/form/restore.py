"""The settings of a composed piece, from the history or from a file, back in the form."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import streamlit as st

from musicgen.composing.asked_chords import without_key_of_chords
from musicgen.composing.records.recipe import Recipe
from musicgen.composing.resolved_settings import resolve_settings
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.errors import InvalidSetting, MusicgenError
from musicgen.score import Score
from musicgen.ui.compose.form.state import fill_form
from musicgen.ui.compose.link import OTHER_NOTES, PieceLink
from musicgen.ui.compose.model_select import preselect_model
from musicgen.ui.compose.models import find_open_model, model_label
from musicgen.ui.compose.session import current_session
from musicgen.ui.shared.text import escape

FILE_KEY = "settings-file"
MAX_UPLOAD_MB = 1
_UPLOADED = "_settings_uploaded"


def restore_form(
    settings: ComposeSettings, model: str, has_prompt: bool, keep_seed: bool = False
) -> None:
    """Fill the form with the settings of a piece; before widgets are drawn.

    has_prompt: whether the piece has a beginning, or may have one. keep_seed: whether the next
    click on Compose uses the piece's seed again, which without a change gives the same notes.
    """
    with suppress(InvalidSetting):  # an address can say anything
        settings = without_key_of_chords(settings)
    opened = find_open_model(model)
    if opened:
        # Of other models, what else the style fills in shows whether it was to be followed.
        others = ("pickup", "form") if opened.knows_parts else ()
        settings = without_style_defaults(settings, opened.profile, has_prompt, others)
    fill_form(settings, keep_seed)


def without_style_defaults(
    settings: ComposeSettings,
    profile: TrainingProfile,
    has_prompt: bool,
    others: tuple[str, ...] = (),
) -> ComposeSettings:
    """Leave out the settings that the collection's style fills in with the same values.

    A model that is chosen next then takes them from the style of its own collection. others:
    further settings to leave out.
    """
    prompt = Score() if has_prompt else None
    for name in ("metre", "tempo", "program", "max_copy", *others):
        left_open: dict[str, Any] = {name: None}
        fewer = replace(settings, **left_open)
        same = resolve_settings(settings, profile, prompt)
        if resolve_settings(fewer, profile, prompt) == same:
            settings = fewer
    return settings


def restore_form_of_opened_piece() -> None:
    """Fill the form for the piece that was opened from the history; before widgets are drawn."""
    session = current_session()
    piece, session.piece_to_restore = session.piece_to_restore, None
    if piece is not None:
        preselect_model(piece.checkpoint)
        has_prompt = bool(piece.facts.get("primer_notes"))
        restore_form(piece.settings, piece.checkpoint, has_prompt)


def offer_restore(recipe: Recipe, prompt_key: str, no_prompt: str) -> None:
    """Button that restores the settings in an uploaded piece.

    prompt_key: key of the widget that chooses the kind of prompt; no_prompt: its value for none.
    """
    origin = f"by {escape(model_label(recipe.checkpoint), 80)} with seed {recipe.settings.seed}"
    with st.container(border=True):
        if recipe.begin is None:
            st.caption(f"Composed {origin}, but not by its settings alone.")
        elif recipe.settings.draws_other_notes:
            st.caption(f"Composed {origin} by an earlier version: {OTHER_NOTES}.")
        else:
            st.caption(f"Composed {origin}. Its settings make the same notes again.")
        clicked = st.button(
            "Restore its settings", icon=":material/settings_backup_restore:", key="restore",
            on_click=_restore, args=(recipe, prompt_key, no_prompt),
        )  # fmt: skip
    if clicked:
        st.rerun()


def upload_piece() -> None:
    """Upload a settings file or a piece's MIDI, to compose the piece again."""
    with st.popover("From a piece's file", icon=":material/upload_file:"):
        st.file_uploader(
            "The settings or the MIDI of a piece, as downloaded here",
            ["json", "mid"], key=FILE_KEY,
            max_upload_size=MAX_UPLOAD_MB, on_change=_read_upload,
        )  # fmt: skip
    if st.session_state.pop(_UPLOADED, False):
        st.rerun()


def _restore(recipe: Recipe, prompt_key: str, no_prompt: str) -> None:
    if recipe.begin is None:
        preselect_model(recipe.checkpoint)
        # The beginning is still to be chosen; then the same seed makes the same piece.
        restore_form(recipe.settings, recipe.checkpoint, has_prompt=True, keep_seed=True)
    else:
        st.session_state[prompt_key] = no_prompt
        current_session().link_to_open = PieceLink.from_recipe(recipe)


def _read_upload() -> None:
    file = st.session_state.get(FILE_KEY)
    if file is None:
        return
    st.session_state[_UPLOADED] = True
    try:
        current_session().link_to_open = PieceLink.from_file(file.getvalue())
    except MusicgenError as error:
        current_session().error = f"{file.name} cannot be used: {error}"
