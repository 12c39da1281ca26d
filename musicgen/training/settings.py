"""What a training is asked to do, checked, and kept as JSON in its run folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from musicgen.bounds import Bounds, all_within, one_of
from musicgen.corpus.split import MAX_HELD_OUT, Shares
from musicgen.encoding.registry import ENCODING_NAMES
from musicgen.models.settings import (
    ClassicSettings,
    LstmSettings,
    ModelSettings,
    TransformerSettings,
    settings_from_json,
    settings_to_json,
)
from musicgen.paths import checked_name

OPTIMIZERS = ("adamw", "rmsprop")
SCHEDULES = ("cosine", "constant")
MOST_WINDOWS = 4096  # of a batch


@dataclass(frozen=True)
class TrainSettings:
    """How a model is fitted. A length of 0 minutes is no limit; patience 0 never stops early."""

    BOUNDS: ClassVar[Bounds] = {
        "epochs": (1, 100_000),
        "minutes": (0, 60 * 24 * 30),
        "batch_size": (1, MOST_WINDOWS),
        "length": (2, 8192),
        "learning_rate": (1e-7, 1.0),
        "weight_decay": (0, 1),
        "average": (0, 0.99999),
        "label_smoothing": (0, 0.5),
        "clip_norm": (0, 1000),
        "transpose_down": (0, 12),
        "transpose_up": (0, 12),
        "valid_share": (0, MAX_HELD_OUT),
        "test_share": (0, MAX_HELD_OUT),
        "patience": (0, 10_000),
        "seed": (0, 2**32 - 1),
        "devices": (0, 64),
    }
    epochs: int = 40
    minutes: float = 0.0
    batch_size: int = 32  # windows
    length: int = 128  # steps of a window; `classic` has its own
    optimizer: str = "adamw"
    learning_rate: float = 3e-3  # the highest
    schedule: str = "cosine"  # down to a fiftieth at the end, after a short rise
    weight_decay: float = 1e-2  # of adamw
    average: float = 0.0  # of adamw: the share that averaged weights keep a batch; 0 has none
    label_smoothing: float = 0.0  # share of each target that is spread over all values
    clip_norm: float = 1.0  # of all gradients together; 0 does not clip
    transpose_down: int = 5  # semitones, at most, at random
    transpose_up: int = 6
    valid_share: float = Shares.valid  # of the pieces
    test_share: float = Shares.test
    patience: int = 10  # epochs without a better validation
    seed: int = 0
    devices: int = 0  # GPUs to train on at most; 0 is all

    def __post_init__(self) -> None:
        all_within(self, self.BOUNDS)
        Shares(self.valid_share, self.test_share)
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        one_of("schedule", self.schedule, SCHEDULES)
        if self.average and self.optimizer != "adamw":
            raise ValueError("weights are averaged with the optimizer adamw alone")

    @property
    def shares(self) -> Shares:
        return Shares(self.valid_share, self.test_share)


CLASSIC_TRAINING = TrainSettings(
    epochs=100,
    batch_size=128,
    optimizer="rmsprop",
    learning_rate=1e-3,
    schedule="constant",
    clip_norm=0,
    transpose_down=0,
    transpose_up=0,
    patience=0,
)


# A window is as long as what the default model attends to.
TRANSFORMER_TRAINING = TrainSettings(
    batch_size=16, length=TransformerSettings.context, learning_rate=1e-3, weight_decay=0.05
)


@dataclass(frozen=True)
class RunSettings:
    """A training in full: what on, with which encoding and model, and how."""

    name: str
    source: str  # a collection's name, or a path
    encoding: str = "events"
    model: ModelSettings = field(default_factory=LstmSettings)
    train: TrainSettings = field(default_factory=TrainSettings)
    start_from: str = ""  # a checkpoint whose weights it begins with

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", checked_name(self.name))
        one_of("encoding", self.encoding, ENCODING_NAMES)
        if isinstance(self.model, ClassicSettings) and self.encoding != "notes":
            raise ValueError("`classic` learns one token a step: train it on the encoding `notes`")
        if isinstance(self.model, TransformerSettings) and self.model.context > self.train.length:
            raise ValueError(
                f"the transformer attends to {self.model.context} steps and is trained on windows "
                f"of {self.train.length}: choose a length of at least that, or a smaller context"
            )

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "model": settings_to_json(self.model),
            "train": asdict(self.train),
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> RunSettings:
        """The settings again; ValueError where a name or a value is not known."""
        values = dict(entry)
        try:
            values["model"] = settings_from_json(values["model"])
            values["train"] = TrainSettings(**values["train"])
            return cls(**values)
        except (KeyError, TypeError) as problem:
            raise ValueError(f"settings of a run do not fit: {problem}") from None


def default_training(model: ModelSettings) -> TrainSettings:
    if isinstance(model, ClassicSettings):
        return CLASSIC_TRAINING
    return TRANSFORMER_TRAINING if isinstance(model, TransformerSettings) else TrainSettings()
