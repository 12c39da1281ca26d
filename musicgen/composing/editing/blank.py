"""A piece without notes, for music that a person plays in or draws."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from musicgen.composing.decoding.prompt import DEFAULT_TEMPO_BPM
from musicgen.composing.editing.edited_pieces import (
    BASE_FACTS,
    BASE_MIDI,
    LOG,
    LOG_BYTES,
    MidiWriter,
    length_facts,
)
from musicgen.composing.records.recipe import Edits, Recipe
from musicgen.composing.records.saved_pieces import SavedPiece, add_piece
from musicgen.composing.settings import ComposeSettings
from musicgen.files import to_json_bytes
from musicgen.score import NOTE_DTYPE, Score
from musicgen.score_fields import Part

TITLE = "My piece"


def add_blank_piece(
    checkpoint: str, settings: ComposeSettings, write_midi: MidiWriter, now: datetime
) -> SavedPiece:
    """Add a piece without notes to the history, in the metre and tempo of the settings.

    Edits change it and make no other piece. checkpoint: of the model that may go on with it.
    """
    tempo = settings.tempo or DEFAULT_TEMPO_BPM
    score = Score(np.zeros(0, NOTE_DTYPE), tempo, settings.first_metres(), TITLE, (Part(),))
    midi = write_midi(
        score, TITLE, Recipe(checkpoint, settings, 0, None, Edits(0, 0, 0, 0)).to_text()
    )
    facts = {"begin": None, "primer_notes": 0, **length_facts(score)}
    piece = SavedPiece(
        id=f"{now:%Y%m%d-%H%M%S-%f}-blank",
        name=TITLE,
        created=now.isoformat(timespec="seconds"),
        checkpoint=checkpoint,
        settings=settings,
        variation=0,
        facts={**facts, "how": "blank", LOG_BYTES: 0},
    )
    return add_piece(piece, midi, {BASE_MIDI: midi, BASE_FACTS: to_json_bytes(facts), LOG: b""})
