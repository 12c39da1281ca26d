"""Settings of the models, checked, and their JSON, which checkpoints and runs hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from musicgen.bounds import Bounds, all_within
from musicgen.errors import InvalidSetting
from musicgen.json_files import InvalidJson, convert_json


@dataclass(frozen=True)
class LstmSettings:
    """Embeddings, LSTM layers, a conditional head a field; trained on all positions at once."""

    kind: ClassVar[str] = "lstm"
    BOUNDS: ClassVar[Bounds] = {
        "width": (8, 4096),
        "layers": (1, 8),
        "dropout": (0.0, 0.9),
    }
    width: int = 256  # units of an LSTM layer
    layers: int = 2
    dropout: float = 0.1

    def __post_init__(self) -> None:
        all_within(self, self.BOUNDS)


@dataclass(frozen=True)
class CriticSettings(LstmSettings):
    """An LSTM that says how likely a piece so far is by people: see `models/critic.py`."""

    kind: ClassVar[str] = "critic"
    BOUNDS: ClassVar[Bounds] = {
        **LstmSettings.BOUNDS,
        "temperature": (0.1, 2.0),
        "exponent": (0.0, 10.0),
    }
    width: int = 128
    layers: int = 1
    dropout: float = 0.5
    temperature: float = 0.86  # at which the pieces were composed that it tells from people's
    exponent: float = 1.0  # of its ratios where they are weights of particles


@dataclass(frozen=True)
class ClassicSettings:
    """The notebook's network: tokens scaled to 0..1, LSTM x 3, Dense 256, softmax."""

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
    """Embeddings, transformer blocks, a conditional head a field; trained as `lstm` is."""

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
    context: int = 256  # steps that a step attends to, including itself
    dropout: float = 0.15

    def __post_init__(self) -> None:
        all_within(self, self.BOUNDS)
        # Rotary positions: half of a head's pairs for the step, half for musical time.
        if self.width % (4 * self.heads):
            raise InvalidSetting(
                f"width {self.width} is not a multiple of 4 times the {self.heads} heads"
            )


ModelSettings = LstmSettings | TransformerSettings | ClassicSettings
KINDS: Mapping[str, type[LstmSettings] | type[TransformerSettings] | type[ClassicSettings]] = {
    kind.kind: kind for kind in (LstmSettings, TransformerSettings, ClassicSettings)
}


_KINDS: Mapping[str, Any] = {**KINDS, CriticSettings.kind: CriticSettings}


def settings_to_json(settings: ModelSettings) -> dict[str, Any]:
    return {"kind": settings.kind, **asdict(settings)}


def settings_from_json(entry: Mapping[str, Any]) -> ModelSettings:
    """The settings that `settings_to_json` described; InvalidSetting for anything else.

    They may be those of a critic, which draws no steps.
    """
    values = dict(entry)
    kind = values.pop("kind", None)
    settings = _KINDS.get(kind) if isinstance(kind, str) else None
    if settings is None:
        raise InvalidSetting(f"model '{str(kind)[:80]}' is not one of {', '.join(KINDS)}")
    unknown = sorted(values.keys() - {field.name for field in fields(settings)})
    if unknown:
        raise InvalidSetting(f"the {kind} model has no setting {', '.join(unknown)[:80]}")
    try:
        converted: ModelSettings = convert_json(values, settings, f"the {kind} model")
    except InvalidJson as problem:
        raise InvalidSetting(str(problem)) from None
    return converted
