"""Feature encoder of `events`: the state of the keys, the clock, and repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keras import layers, ops

from musicgen.encoding.grid import KEYS
from musicgen.encoding.repeat_features import REPEATS
from musicgen.encoding.steps import Encoding
from musicgen.models.dimensions import (
    KEY_FEATURES_DIM,
    KEY_STATE_DIM,
    KEYBOARD_DIM,
    REPEAT_DIM,
    REPEAT_ORDER_DIM,
    REPEAT_ORDERS,
    REPEATED_FIELDS,
    TIME_DIM,
)
from musicgen.models.feature_encoders.interface import Embed, FeatureEncoder
from musicgen.models.feature_encoders.key_features import (
    KeyFeatures,
    key_state,
    neighbourhood,
    playable_mask,
    shift_key_state,
)
from musicgen.models.feature_encoders.time_embeddings import (
    ClockEmbedding,
    NextEndEmbedding,
    shift_clock,
)
from musicgen.models.heads.field_head import FieldHead, PitchHead
from musicgen.models.reshape import merge_last_axes
from musicgen.models.settings import LstmSettings, TransformerSettings
from musicgen.models.tensors import FeatureTensors, Tensor


class EventsFeatureEncoder(FeatureEncoder):
    """Features at the onset of the step before, moved to the new onset once its shift is drawn.

    Adds `key_state`, `key_features`, `time`, `repeated` and `key_mask` to the features.
    """

    saved_names: Mapping[str, str] = {"ending": "next_end", "order": "repeat_order"}

    def __init__(self, encoding: Encoding, settings: LstmSettings | TransformerSettings) -> None:
        super().__init__(encoding, settings)
        self._key_features = KeyFeatures(encoding.grid.per_quarter)
        # The names of the layers are in the paths of the weights of every checkpoint.
        self.clock = ClockEmbedding(name="clock")
        self.next_end = NextEndEmbedding(encoding.grid.max_units, name="next_ending")
        self.repeat_order = layers.Embedding(REPEAT_ORDERS, REPEAT_ORDER_DIM, name="echo_order")
        self.keyboard = layers.Dense(KEYBOARD_DIM, activation="silu", name="keyboard")

    @property
    def feature_layers(self) -> Sequence[layers.Layer]:
        return self.keyboard, self.clock, self.next_end, self.repeat_order

    def heads(self) -> list[layers.Layer]:
        width = self.settings.width
        return [
            PitchHead(f, name="pitch_head")
            if f.name == "pitch"
            else FieldHead(f, i, width, has_repeats=i < REPEATED_FIELDS, name=f"{f.name}_head")
            for i, f in enumerate(self.fields)
        ]

    def passed_features(self, index: int) -> Mapping[str, tuple[int, ...]]:
        if index == 0:
            return {"key_state": (KEYS, KEY_STATE_DIM), "repeated": (REPEAT_DIM,)}
        if index == 1:
            return {"key_features": (KEYS, KEY_FEATURES_DIM), "time": (TIME_DIM,)}
        return {}

    def elapsed(self, before: Tensor) -> Tensor:
        shift = ops.where(before[..., 0] < self.fields[0].size, before[..., 0], 0)
        return ops.cast(shift, "float32")

    def encode(self, embed: Embed, before: Tensor, features: FeatureTensors) -> FeatureTensors:
        last_key = before[..., 1:2]
        state = key_state(features["remaining"], features["age"], features["chroma"], last_key)
        repeats = ops.cast(features[REPEATS], "int32")
        repeated = ops.concatenate(
            [
                embed(repeats[..., :REPEATED_FIELDS]),
                self.repeat_order(repeats[..., REPEATED_FIELDS]),
            ],
            axis=-1,
        )
        return {**features, **self._at_clock(state, features["clock"]), "repeated": repeated}

    def backbone_inputs(
        self, embed: Embed, before: Tensor, features: FeatureTensors
    ) -> list[Tensor]:
        keyboard = self.keyboard(merge_last_axes(features["key_features"]))
        return [keyboard, features["time"], features["repeated"]]

    def head_inputs(
        self, embed: Embed, before: Tensor, drawn: Tensor, features: FeatureTensors
    ) -> tuple[list[Tensor], FeatureTensors]:
        count = drawn.shape[-1]
        if count == 1:
            features = self._shifted(before, ops.cast(drawn, "float32"), features)
        vectors = [features["time"], features["repeated"], *_agreement(features, drawn)]
        if count == 2:
            in_chord = ops.where(drawn[..., :1] == 0, before[..., 2:3], self.fields[2].size)
            vectors.append(neighbourhood(features["key_features"], drawn[..., 1]))
            vectors.append(embed(in_chord, first=2))
        return vectors, features

    def _shifted(self, before: Tensor, shift: Tensor, features: FeatureTensors) -> FeatureTensors:
        """The features at the new onset, and which keys can be played there."""
        state = shift_key_state(features["key_state"], shift)
        mask = playable_mask(state[..., 0], before[..., 1:2], shift)
        at_clock = self._at_clock(state, shift_clock(features["clock"], shift))
        return {**features, **at_clock, "key_mask": mask}

    def _at_clock(self, state: Tensor, clock: Tensor) -> dict[str, Tensor]:
        """What is computed of the state of the keys and the clock."""
        time = ops.concatenate([self.clock(clock), self.next_end(state[..., 0])], axis=-1)
        return {"key_state": state, "key_features": self._key_features(state), "time": time}


def _agreement(features: FeatureTensors, drawn: Tensor) -> list[Tensor]:
    """Whether each field drawn so far is the repeated one: (B, T, up to REPEATED_FIELDS)."""
    count = min(drawn.shape[-1], REPEATED_FIELDS)
    if not count:
        return []
    same = ops.cast(features[REPEATS][..., :count], "int32") == drawn[..., :count]
    return [ops.cast(same, "float32")]
