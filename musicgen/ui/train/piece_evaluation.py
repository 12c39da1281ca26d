"""Evaluation of any checkpoint, piece by piece: the pieces and bars that surprise it most."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from musicgen.evaluation.by_piece import PieceBits
from musicgen.files import USER_ERRORS, message_of
from musicgen.progress import Progress
from musicgen.rendering.figures.roll import Mark
from musicgen.training.run_folder.checkpoints import saved_checkpoints
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings
from musicgen.ui.components.player import roll_player
from musicgen.ui.shared.actions import action_button
from musicgen.ui.shared.tasks import Task, wait_for
from musicgen.ui.shared.text import checkpoint_label, escape, format_count

MAX_SECONDS = 60.0  # of one evaluation; it is then of a random sample
SIDES = {"valid": "Validation", "test": "Test"}
HARD_BARS = 3  # that are marked
_SHOWN = "_piece_evaluation"  # session state: the task of the last button


@dataclass(frozen=True)
class _Request:
    """A checkpoint that is evaluated on one side of its collection's split."""

    checkpoint: Path
    source: str
    side: str


def piece_evaluation(run: Run, settings: RunSettings) -> None:
    """Let a checkpoint and a side be chosen and evaluated; show the costs of their pieces."""
    st.markdown("**Piece by piece** — which pieces and bars surprise it most?")
    folders = {folder.name: folder for folder in saved_checkpoints(run)}
    if not folders:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        best = run.checkpoint().name
        checkpoint = st.selectbox(
            "Checkpoint", list(folders), index=list(folders).index(best) if best in folders else 0,
            format_func=lambda name: (
                checkpoint_label(name) + ", the best" * (name == best != "best")
            ),
            key=f"evaluated-{run.name}", width=260,
        )  # fmt: skip
        side = st.segmented_control(
            "Pieces", list(SIDES), default="valid", required=True, key="evaluated-side",
            format_func=lambda side: SIDES[side],
        )  # fmt: skip
        pressed = action_button("Evaluate", icon=":material/fact_check:", key="evaluate-pieces")
    request = _Request(folders[str(checkpoint)], settings.source, str(side))
    if pressed:
        st.session_state[_SHOWN] = (request, Task(lambda progress: _measure(request, progress)))
    shown, task = st.session_state.get(_SHOWN, (None, None))
    if task is None or shown != request:
        st.caption(
            f"Once the collection is open, pieces are measured for {MAX_SECONDS:.0f} seconds at "
            "most, each of them whole."
        )
        return
    try:
        pieces = wait_for(task, "Evaluating", "piece-evaluation")
    except USER_ERRORS as error:
        st.error(escape(message_of(error), 300))
        return
    _show_pieces(pieces, settings.encoding)


def _measure(request: _Request, progress: Progress) -> list[PieceBits]:
    # The Train page opens without the composer's modules, and half a second earlier.
    from musicgen.composing.decoding.onnx_model import OnnxModel
    from musicgen.corpus.load import load_collection
    from musicgen.evaluation.by_piece import measure_pieces
    from musicgen.models.checkpoints.checkpoint import open_checkpoint
    from musicgen.training.data.run_split import splits_of_checkpoint

    checkpoint = open_checkpoint(request.checkpoint)
    scores = load_collection(request.source).scores
    sides = splits_of_checkpoint(request.checkpoint, request.source, scores)
    chosen = list(compress(scores, [side == request.side for side in sides]))
    primer = checkpoint.primers[0] if checkpoint.primers else None
    deadline = time.monotonic() + MAX_SECONDS
    return measure_pieces(
        OnnxModel(checkpoint), chosen, primer, progress, lambda: time.monotonic() > deadline
    )


def _show_pieces(pieces: list[PieceBits], encoding: str) -> None:
    """A table of the pieces, and the roll of the selected one with its hardest bars."""
    notes = sum(piece.notes for piece in pieces)
    bits = sum(float(piece.steps.sum()) for piece in pieces)
    st.markdown(
        f"**{bits / max(1, notes):.2f} bits a note** on {format_count(notes, 'note')} in "
        f"{format_count(len(pieces), 'piece')}, the most surprising first. Select one to see it."
    )
    table = pd.DataFrame(
        {
            "piece": [piece.score.name for piece in pieces],
            "notes": [piece.notes for piece in pieces],
            "bits a note": [round(piece.bits_per_note, 2) for piece in pieces],
        }
    )
    event = st.dataframe(
        table, hide_index=True, height=280, on_select="rerun", selection_mode="single-row",
        key="evaluated-pieces",
    )  # fmt: skip
    rows = event.selection.rows
    piece = pieces[rows[0] if rows and rows[0] < len(pieces) else 0]
    st.markdown(f"**{escape(piece.score.name)}**")
    marks = [] if encoding == "notes" else hard_bars(piece)  # its steps have no time
    roll_player(piece.score, "evaluated-roll", marks=marks, mark_name="hardest bars")


def hard_bars(piece: PieceBits, count: int = HARD_BARS) -> list[Mark]:
    """Marks on the bars with the most bits, the hardest first."""
    bits = piece.by_bar()
    score = piece.score
    lines = np.array(score.bar_lines())
    marks = []
    for bar in np.argsort(-bits, kind="stable")[:count].tolist():
        start, stop = np.searchsorted(score.notes["start"], lines[bar : bar + 2]).tolist()
        if stop > start:
            number = bar + score.first_bar_number
            marks.append(Mark(start, stop, f"bar {number}: {bits[bar]:.0f} bits"))
    return marks
