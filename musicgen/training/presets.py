"""Presets of the Train page: model and training settings that suit each other."""

from __future__ import annotations

from dataclasses import dataclass

from musicgen.models.settings import ClassicSettings, LstmSettings, ModelSettings
from musicgen.training.settings import CLASSIC_TRAINING, TrainSettings

UNLIMITED_EPOCHS = 10_000  # the time limit ends the training first


@dataclass(frozen=True)
class Preset:
    """Settings of a training without its name, collection and encoding."""

    name: str
    description: str
    model: ModelSettings
    train: TrainSettings


PRESETS = (
    Preset(
        "Quick",
        "Five minutes of training: hear soon what a model makes of your music.",
        LstmSettings(256, 2, 0.1),
        TrainSettings(epochs=UNLIMITED_EPOCHS, minutes=5, patience=0),
    ),
    Preset(
        "Standard",
        "Half an hour: pieces with a rhythm and a key of their own.",
        LstmSettings(320, 2, 0.15),
        TrainSettings(
            epochs=UNLIMITED_EPOCHS, minutes=30, batch_size=16, learning_rate=2e-3, patience=0
        ),
    ),
    Preset(
        "Long",
        "Three hours, for a collection of some hundred pieces or more.",
        LstmSettings(448, 2, 0.2),
        TrainSettings(
            epochs=UNLIMITED_EPOCHS, minutes=180, batch_size=16, learning_rate=2e-3, patience=30
        ),
    ),
    Preset(
        "Classic",
        "The notebook's network and settings to the letter: three LSTM layers of 512 over "
        "windows of 100 notes and chords, 100 epochs. Some pieces are held out to judge it by, "
        "which the notebook did not: shares of 0 leave it all. Slow without a GPU.",
        ClassicSettings(),
        CLASSIC_TRAINING,
    ),
)
