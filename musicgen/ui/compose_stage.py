"""The piece: while it is written, and then to see and to hear."""

from __future__ import annotations

from typing import Any

import streamlit as st

from musicgen.composing.history import KeptPiece, UnknownPiece
from musicgen.rendering.roll import Mark
from musicgen.rendering.wav import TooLongForSound, sound_source
from musicgen.score import Score
from musicgen.ui.compose_desk import desk, take_result
from musicgen.ui.compose_job import Job
from musicgen.ui.compose_pieces import score_of, sound_of
from musicgen.ui.player import PlayerEvent, roll_player
from musicgen.ui.words import clock, count, plain

PATIENCE = 1.5  # seconds in which most pieces are written, before the page shows how it goes
LOOK = 0.5  # seconds between two looks
AT_ONCE = 240.0  # seconds of music that are made to sound without being asked


def stage() -> None:
    """What is written now, or the piece that is shown; brings itself up to date."""
    here = desk()
    if here.job is not None and here.job.wait(PATIENCE):
        take_result()
    busy = here.job is not None or _sound_is_coming()
    st.fragment(_writing if here.job else _piece, run_every=LOOK if busy else None)()


def _writing() -> None:
    job = desk().job
    if job is None or job.wait(0):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, job.bar / job.bars) if job.bars else 0.0, text=_standing(job))
        st.button("Stop", icon=":material/stop:", on_click=job.stop, key="stop-writing")
    if len(job.score):
        roll_player(job.score, b"", "player-writing")


def _standing(job: Job[Any]) -> str:
    if job.stopped:
        return "Stopping; what is there is kept …"
    return f"Writing: bar {job.bar} of {job.bars}" if job.bar else "Writing …"


def _piece() -> None:
    piece = desk().piece
    if piece is None:
        return
    try:
        score = score_of(piece)
    except UnknownPiece as problem:
        st.error(plain(str(problem)))
        return
    _variations()
    st.markdown(f"**{plain(piece.name)}** · {_in_words(piece, score)}")
    sound = _sound(piece, score)
    event = roll_player(
        score, sound, "player", primer_notes=primer_notes(piece), marks=copied(piece)
    )
    st.session_state["player-event"] = event
    if not sound_source().startswith("SoundFont"):
        st.caption(f"The sound is made of {sound_source()}.")


def player_event() -> PlayerEvent:
    """What is chosen in the player."""
    event: PlayerEvent = st.session_state.get("player-event", PlayerEvent())
    return event


def primer_notes(piece: KeptPiece) -> int:
    given = piece.facts.get("primer_notes", 0)
    return given if isinstance(given, int) else 0


def copied(piece: KeptPiece) -> list[Mark]:
    """The stretches that also stand in training pieces."""
    runs = (piece.facts.get("originality") or {}).get("runs", ())
    given = primer_notes(piece)
    return [
        Mark(
            given + run["first"],
            given + run["first"] + run["notes"],
            f"{run['notes']} notes as in {run['source']}, bar {run['source_bar'] + 1}",
        )
        for run in runs
    ]


def _variations() -> None:
    here = desk()
    if len(here.batch) < 2:
        return
    st.segmented_control(
        "Variation",
        range(len(here.batch)),
        required=True,
        default=here.shown,
        format_func=lambda number: f"{number + 1}",
        key=f"variation-of-{here.batch[0].id}",
        on_change=_show_variation,
        args=(f"variation-of-{here.batch[0].id}",),
    )


def _show_variation(key: str) -> None:
    desk().shown = int(st.session_state[key])


def _in_words(piece: KeptPiece, score: Score) -> str:
    words = [count(score.bars, "bar"), count(len(score), "note"), clock(score.seconds)]
    words += [f"seed {piece.settings.seed}", f"temperature {piece.settings.temperature:g}"]
    words.append(plain(piece.checkpoint.replace("@", ", ")))
    if piece.primer:
        words.append(f"begins with {plain(piece.primer, 60)}")
    if piece.facts.get("finished") is False:
        words.append("stopped")
    return " · ".join(words)


def _sound(piece: KeptPiece, score: Score) -> bytes:
    """The WAV, or nothing while it is made or has to be asked for."""
    asked = f"sound-asked-{piece.id}"
    if score.seconds > AT_ONCE and not st.session_state.get(asked):
        st.button(f"Make its sound ({clock(score.seconds)})", key=asked)
        return b""
    task = sound_of(score)
    try:
        return task.result() if task.wait(0) else b""
    except TooLongForSound as problem:
        st.info(plain(str(problem)))
        return b""


def _sound_is_coming() -> bool:
    """Whether the piece's sound is still made, after waiting a little."""
    piece = desk().piece
    if desk().job is not None or piece is None:
        return False
    try:
        score = score_of(piece)
    except UnknownPiece:
        return False
    return score.seconds <= AT_ONCE and not sound_of(score).wait(PATIENCE)
