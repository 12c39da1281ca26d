"""What a model is made of, checked and kept as JSON beside its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from musicgen.bounds import Bounds, all_within


@dataclass(frozen=True)
class LstmSettings:
    """Embeddings, LSTM layers, a conditional head a field; every position trained at once."""

    kind: ClassVar[str] = "lstm"
    BOUNDS: ClassVar[Bounds] = {
        "width": (8, 4096),
        "layers": (1, 8),
        "dropout": (0.0, 0.9),
    }
    width: int = 256  # units of each LSTM layer
    layers: int = 2
    dropout: float = 0.1

    def __post_init__(self) -> None:
        all_within(self, self.BOUNDS)


@dataclass(frozen=True)
class ClassicSettings:
    """The notebook's network: windows scaled to 0..1, LSTM x 3, Dense 256, softmax."""

    kind: ClassVar[str] = "classic"
    BOUNDS: ClassVar[Bounds] = {
        "width": (8, 4096),
        "layers": (1, 8),
        "dense": (8, 4096),
        "dropout": (0.0, 0.9),
        "window": (2, 2000),
    }
    width: int = 512
    layers: int = 3
    dense: int = 256
    dropout: float = 0.3
    window: int = 100  # steps

    def __post_init__(self) -> None:
        all_within(self, self.BOUNDS)


@dataclass(frozen=True)
class TransformerSettings:
    """Attention over the steps before, a conditional head a field; trained as `lstm` is."""

    kind: ClassVar[str] = "transformer"
    BOUNDS: ClassVar[Bounds] = {
        "width": (8, 4096),
        "layers": (1, 24),
        "heads": (1, 64),
        "feed_forward": (1, 16),
        "context": (2, 8192),
        "dropout": (0.0, 0.9),
    }
    width: int = 256
    layers: int = 4
    heads: int = 4
    feed_forward: int = 4  # times the width
    context: int = 256  # steps that a step attends to, itself among them
    dropout: float = 0.15

    def __post_init__(self) -> None:
        all_within(self, self.BOUNDS)
        # Half of a head's pairs turn with the step's number, half with musical time.
        if self.width % (4 * self.heads):
            raise ValueError(
                f"width {self.width} is no multiple of 4 numbers for each of {self.heads} heads"
            )


ModelSettings = LstmSettings | TransformerSettings | ClassicSettings
KINDS: Mapping[str, type[LstmSettings] | type[TransformerSettings] | type[ClassicSettings]] = {
    kind.kind: kind for kind in (LstmSettings, TransformerSettings, ClassicSettings)
}


def settings_to_json(settings: ModelSettings) -> dict[str, Any]:
    return {"kind": settings.kind, **asdict(settings)}


def settings_from_json(entry: Mapping[str, Any]) -> ModelSettings:
    """The settings again; ValueError where the kind, a name or a value is not known."""
    values = dict(entry)
    kind = values.pop("kind", None)
    if kind not in KINDS:
        raise ValueError(f"model '{kind}' is not one of {', '.join(KINDS)}")
    try:
        return KINDS[kind](**values)
    except TypeError as problem:
        raise ValueError(f"settings of the {kind} model do not fit: {problem}") from None
