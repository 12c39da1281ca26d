"""Settings of a training, checked, and stored as run.json in its run folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

import msgspec

from musicgen.bounds import Bounds, all_within, one_of
from musicgen.corpus.split import MAX_HELD_OUT, Shares
from musicgen.corpus.time_choice import TIME_CHOICES, TimeChoice
from musicgen.encoding.parts.encoding import OPTIONAL, PartsEncoding
from musicgen.encoding.registry import ENCODING_NAMES, suited_encoding
from musicgen.errors import InvalidSetting
from musicgen.models.settings import (
    ClassicSettings,
    LstmSettings,
    ModelSettings,
    TransformerSettings,
    settings_from_json,
    settings_to_json,
)
from musicgen.paths import checked_name
from musicgen.score import Score

OPTIMIZERS = ("adamw", "rmsprop")
SCHEDULES = ("cosine", "constant")
FASTEST, FLOAT32 = "fastest", "float32"
NUMBER_FORMATS = (FASTEST, FLOAT32)
MAX_BATCH_SIZE = 4096  # windows


@dataclass(frozen=True)
class TrainSettings:
    """Settings of the optimization. minutes 0 sets no limit; patience 0 never stops early."""

    BOUNDS: ClassVar[Bounds] = {
        "epochs": (1, 100_000),
        "minutes": (0, 60 * 24 * 30),
        "batch_size": (1, MAX_BATCH_SIZE),
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
    length: int = 128  # steps of a window; unused by `classic`, which has its own
    optimizer: str = "adamw"
    learning_rate: float = 3e-3  # the maximum of the schedule
    schedule: str = "cosine"  # short warm-up, then down to 1/50 at the end
    weight_decay: float = 1e-2  # adamw only
    average: float = 0.0  # decay a batch of averaged weights; adamw only; 0 averages none
    label_smoothing: float = 0.0  # share of a target's probability spread over all values
    clip_norm: float = 1.0  # global norm of the gradients; 0 does not clip
    transpose_down: int = 5  # semitones; random transposition within both limits
    transpose_up: int = 6
    valid_share: float = Shares.valid  # of the pieces
    test_share: float = Shares.test
    patience: int = 10  # epochs without a lower validation loss
    seed: int = 0
    devices: int = 0  # maximum number of GPUs; 0 takes all
    number_format: str = FASTEST  # half precision where the hardware multiplies faster in it

    def __post_init__(self) -> None:
        all_within(self, self.BOUNDS)
        Shares(self.valid_share, self.test_share)
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        one_of("schedule", self.schedule, SCHEDULES)
        one_of("number_format", self.number_format, NUMBER_FORMATS)
        if self.average and self.optimizer != "adamw":
            raise InvalidSetting("average needs the optimizer adamw")

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


# A window is as long as the default context, so that every position is trained.
TRANSFORMER_TRAINING = TrainSettings(
    batch_size=16, length=TransformerSettings.context, learning_rate=1e-3, weight_decay=0.05
)


@dataclass(frozen=True)
class RunSettings:
    """Settings of one training: name, collection, encoding, model, optimization."""

    name: str
    source: str  # a collection's name, or a path
    encoding: str = "events"
    model: ModelSettings = field(default_factory=LstmSettings)
    train: TrainSettings = field(default_factory=TrainSettings)
    start_from: str = ""  # checkpoint whose weights it starts with
    continued_from: int = 0  # epoch of the last Continue: patience counts from there
    time: TimeChoice = "auto"  # kind of time of the pieces, see corpus.time_choice
    left_out: tuple[str, ...] = ()  # features of `parts` that the model does not see

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", checked_name(self.name))
        one_of("encoding", self.encoding, ENCODING_NAMES)
        one_of("time", self.time, TIME_CHOICES)
        for feature in self.left_out:
            one_of("feature to leave out", feature, OPTIONAL)
        if self.left_out and (self.encoding != PartsEncoding.name or self.start_from):
            raise InvalidSetting(
                "features are left out of new models of `parts` alone: others have none, and those "
                "that begin with weights have theirs"
            )
        if isinstance(self.model, ClassicSettings) and self.encoding != "notes":
            raise InvalidSetting(
                "`classic` predicts one token a step: train it on the encoding `notes`"
            )
        if isinstance(self.model, TransformerSettings) and self.model.context > self.train.length:
            raise InvalidSetting(
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
        """Settings from the content of run.json. Raises InvalidSetting."""
        try:
            stored = msgspec.convert(entry, _StoredSettings)
            model = settings_from_json(stored.model)
        except (msgspec.ValidationError, KeyError, TypeError) as problem:
            raise InvalidSetting(f"the settings of a run do not fit: {problem}") from None
        return cls(
            stored.name,
            stored.source,
            stored.encoding,
            model,
            stored.train,
            stored.start_from,
            stored.continued_from,
            stored.time,
            tuple(stored.left_out),
        )


@dataclass(frozen=True)
class _StoredSettings:
    """Content of run.json."""

    name: str
    source: str
    model: dict[str, Any]
    train: TrainSettings
    encoding: str = "events"
    start_from: str = ""
    continued_from: int = 0
    time: TimeChoice = "auto"
    left_out: list[str] = field(default_factory=list)


def default_training(model: ModelSettings) -> TrainSettings:
    """Training settings that suit a model."""
    if isinstance(model, ClassicSettings):
        return CLASSIC_TRAINING
    return TRANSFORMER_TRAINING if isinstance(model, TransformerSettings) else TrainSettings()


def default_encoding(model: ModelSettings, scores: Sequence[Score]) -> str:
    """Name of the encoding that suits a model and a collection."""
    return "notes" if isinstance(model, ClassicSettings) else suited_encoding(scores)
