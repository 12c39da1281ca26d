"""Feature encoder of `parts`: what the part is and has played, beside what all parts sound.

Pitches are seen as keys of a keyboard, as intervals and, where the key is given, as degrees of
its scale, so that what is learned in one key is known in all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keras import layers, ops

from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.encoding.parts.bars_ago import LAGS
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.features import REPEAT_WIDTH, VOICE_WIDTH, VOICES
from musicgen.encoding.parts.form_features import FORM_STATES
from musicgen.encoding.parts.given_features import CHORD_WIDTH, GIVEN_WIDTH
from musicgen.encoding.parts.played_steps import ANSWER_WIDTH
from musicgen.encoding.parts.roles import UNKNOWN_KEY
from musicgen.encoding.parts.steps_of_parts import NO_ROOT
from musicgen.encoding.repeat_features import REPEATS
from musicgen.encoding.steps import Encoding
from musicgen.models.dimensions import (
    CONTEXT_DIM,
    FORM_DIM,
    KEYBOARD_DIM,
    LENGTH_DIM,
    NEXT_HIDDEN_DIM,
    PART_MIX_DIM,
    REPEAT_ORDER_DIM,
    REPEATED_FIELDS,
    TIME_DIM,
)
from musicgen.models.feature_encoders.interface import Embed, FeatureEncoder
from musicgen.models.feature_encoders.key_features import KeyFeatures, key_state
from musicgen.models.feature_encoders.part_embeddings import (
    DegreeEmbedding,
    IntervalEmbedding,
    RoleEmbedding,
    intervals_above,
)
from musicgen.models.feature_encoders.part_keyboard import (
    chord_tones,
    classes_of,
    keys_of_class,
    lowest_key,
    near_keys,
    on_keys,
    parallels,
    pitches_by_interval,
    sonorities,
)
from musicgen.models.feature_encoders.time_embeddings import ClockEmbedding, NextEndEmbedding
from musicgen.models.heads.copy_head import CopyHead
from musicgen.models.heads.part_pitch_head import PartPitchHead
from musicgen.models.reshape import merge_last_axes, split_last_axis
from musicgen.models.settings import LstmSettings, TransformerSettings
from musicgen.models.tensors import FeatureTensors, Tensor

REPEAT_ORDERS = 5  # with 0 for no match


class PartsFeatureEncoder(FeatureEncoder):
    """Features of the part whose step it is; all are known before its first field is drawn.

    Adds `keys`, `time`, `sonority` and `context` to the features.
    """

    def __init__(self, encoding: Encoding, settings: LstmSettings | TransformerSettings) -> None:
        super().__init__(encoding, settings)
        assert isinstance(encoding, PartsEncoding)
        units = encoding.grid.max_units
        self._key_features = KeyFeatures(encoding.grid.per_quarter)
        self.role = RoleEmbedding(name="role")
        self.clock = ClockEmbedding(name="clock")
        self.next_end = NextEndEmbedding(units, name="next_end")
        self.length = layers.Embedding(units + 1, LENGTH_DIM, name="length")
        self.interval = IntervalEmbedding(name="interval")
        self.degree = DegreeEmbedding(name="degree")
        self.has_form = "form" in encoding.feature_widths
        self.form = layers.Embedding(FORM_STATES, FORM_DIM, name="form") if self.has_form else None
        self.has_chords = "chords" in encoding.feature_widths
        self.has_intervals, self.has_bars_ago = encoding.intervals, encoding.bars_ago
        self.repeat_order = layers.Embedding(REPEAT_ORDERS, REPEAT_ORDER_DIM, name="repeat_order")
        # Fewer numbers a key before the convolution along them, which takes most of the time.
        self.mix = layers.Dense(PART_MIX_DIM, activation="silu", name="mix")
        self.keyboard = layers.Dense(KEYBOARD_DIM, activation="silu", name="keyboard")
        self.context = layers.Dense(CONTEXT_DIM, activation="silu", name="context")
        self.dropout = layers.Dropout(settings.dropout, name="context_dropout")

    @property
    def feature_layers(self) -> Sequence[layers.Layer]:
        return (
            *(self.role, self.clock, self.next_end, self.length, self.interval, self.degree),
            *(self.repeat_order, self.mix, self.keyboard, self.context),
            *([self.form] if self.form is not None else []),
        )

    def heads(self) -> list[layers.Layer]:
        width = self.settings.width
        hidden = {"next": NEXT_HIDDEN_DIM}
        lags = len(LAGS) * self.has_bars_ago
        count = 2 + self.has_form + lags  # steps of which all fields may be copied
        copies = (count + lags, count + len(VOICES), count, 0)
        return [
            PartPitchHead(self.settings.dropout, copies[i], self.has_intervals, name="pitch_head")
            if f.name == "pitch"
            else CopyHead(f.size, hidden.get(f.name, width), copies[i], name=f"{f.name}_head")
            for i, f in enumerate(self.fields)
        ]

    def passed_features(self, index: int) -> Mapping[str, tuple[int, ...]]:
        if index == 0:
            return {
                "context": (CONTEXT_DIM,),
                "time": (TIME_DIM,),
                "sonority": (KEYS, 3),
            }
        return {}

    def elapsed(self, before: Tensor) -> Tensor:
        return ops.cast(before[..., 0] < self.fields[0].size, "float32")

    def encode(self, embed: Embed, before: Tensor, features: FeatureTensors) -> FeatureTensors:
        own = ops.cast(features["own"], "int32")
        voices = split_last_axis(ops.cast(features["voices"], "int32"), VOICE_WIDTH)
        repeats = split_last_axis(ops.cast(features[REPEATS], "int32"), REPEAT_WIDTH)
        key = ops.cast(features["key"][..., 0], "int32")
        sonority = sonorities(features["remaining"], features["age"])  # (B, T, KEYS, 3)
        pitches = [own[..., 2:6:2], voices[..., 0], voices[..., 1], repeats[..., 0]]
        keys = self._keys(own, pitches, sonority, features)
        time = ops.concatenate(
            [self.clock(features["clock"]), self.next_end(features["remaining"])], axis=-1
        )
        features = {**features, "keys": keys, "time": time, "sonority": sonority}
        inputs = [
            embed(before),
            embed(own[..., 0:1]),
            time,
            self.role(features["part"], own[..., 0]),
            merge_last_axes(self.length(own[..., 1::2])),
            merge_last_axes(self.interval(own[..., 2::2], own[..., 0:1])),
            merge_last_axes(self.interval(voices[..., 0], own[..., 0:1])),
            merge_last_axes(self.length(voices[..., 2])),
            *self._given(ops.cast(features["given"], "int32"), own[..., 0:1], key),
            *(self._chords(features["chords"], key) if self.has_chords else []),
            self.degree.of_pitches(own[..., 0:6:2], key),
            self.degree.of_pitches(voices[..., 0], key),
            self.degree.of_classes(sonority, features["chroma"], key),
            *(embed(repeats[..., i, :3]) for i in range(2)),
            merge_last_axes(self.repeat_order(repeats[..., 3])),
            self.keyboard(merge_last_axes(keys)),
        ]
        if self.has_intervals:  # chords as they are above the bass, and as the part has them
            inputs += [intervals_above(sonority, p) for p in (own[..., 0], lowest_key(sonority))]
        if self.form is not None:
            form = ops.cast(features["form"], "int32")
            inputs += [self.form(form[..., 0]), embed(form[..., 1:])]
        if self.has_bars_ago:
            inputs += self._bars_ago(embed, own[..., 0:1], features)
        context = self.context(ops.concatenate([ops.cast(v, "float32") for v in inputs], axis=-1))
        return {**features, "context": self.dropout(context)}

    def _keys(
        self, own: Tensor, pitches: list[Tensor], sonority: Tensor, features: FeatureTensors
    ) -> Tensor:
        """The keys as the part has them and as all have them: (B, T, KEYS, PART_MIX_DIM)."""
        state = key_state(features["remaining"], features["age"], features["chroma"], own[..., 0:1])
        pitches = [*pitches, _given_pitches(ops.cast(features["given"], "int32"))]
        if self.form is not None:
            pitches.append(ops.cast(features["form"], "int32")[..., 1:2])
        if self.has_bars_ago:
            played = _steps_of_bars_ago(features)
            pitches += [played[..., 0], pitches_by_interval(played, own[..., 0:1])]
        channels = [
            self._key_features(state),
            on_keys(ops.concatenate(pitches, axis=-1)),
            classes_of(sonority),
            *([chord_tones(features["chords"])] if self.has_chords else []),
        ]
        if self.has_intervals:
            voices = split_last_axis(ops.cast(features["voices"], "int32"), VOICE_WIDTH)
            channels.append(keys_of_class(lowest_key(sonority)))
            channels.append(parallels(own[..., 0], voices))
        return self.mix(ops.concatenate(channels, axis=-1))

    def _given(self, given: Tensor, latest: Tensor, key: Tensor) -> list[Tensor]:
        """What given parts play: as intervals from the part's latest pitch, degrees, and times."""
        pitches, times = _given_pitches(given), split_last_axis(given, GIVEN_WIDTH)[..., 2::2]
        return [
            merge_last_axes(self.interval(pitches, latest)),
            self.degree.of_pitches(pitches, key),
            merge_last_axes(self.length(merge_last_axes(times))),
        ]

    def _chords(self, chords: Tensor, key: Tensor) -> list[Tensor]:
        """The chord and the next one: as degrees of the key, from their roots, and the time."""
        vectors = []
        for column in (0, CHORD_WIDTH):
            root = ops.cast(chords[..., column], "int32")
            mask = chords[..., None, column + 1 : column + CHORD_WIDTH]  # (B, T, 1, 12)
            pitch = ops.where(root == NO_ROOT, KEYS, ops.mod(root - LOWEST_KEY, 12))
            unknown_root = ops.where(root == NO_ROOT, UNKNOWN_KEY, root)
            vectors += [
                self.degree.of_pitches(pitch[..., None], key),
                self.degree.from_tonic(mask, unknown_root),
                self.degree.from_tonic(mask, key),
            ]
        wait = ops.cast(chords[..., 2 * CHORD_WIDTH :], "int32")
        return [*vectors, merge_last_axes(self.length(wait))]

    def _bars_ago(self, embed: Embed, latest: Tensor, features: FeatureTensors) -> list[Tensor]:
        """What the part played bars ago: its steps, and how their pitches moved."""
        played = _steps_of_bars_ago(features)
        steps = range(len(LAGS))
        return [
            *(embed(played[..., i, :3]) for i in steps),
            merge_last_axes(self.interval(played[..., 0], latest)),
            *(self.interval(played[..., i, :1], played[..., i, 3:])[..., 0, :] for i in steps),
        ]

    def backbone_inputs(
        self, embed: Embed, before: Tensor, features: FeatureTensors
    ) -> list[Tensor]:
        return [features["context"]]

    def head_inputs(
        self, embed: Embed, before: Tensor, drawn: Tensor, features: FeatureTensors
    ) -> tuple[list[Tensor], FeatureTensors]:
        index = drawn.shape[-1]
        repeats = split_last_axis(ops.cast(features[REPEATS], "int32"), REPEAT_WIDTH)
        vectors = [features["context"], features["time"]]
        copied = self._copied(index, repeats, features)
        if index == 0:
            offsets = self.degree.of_keyboard(ops.cast(features["key"][..., 0], "int32"))
            return vectors, {**features, "degree_offsets": offsets, "copied": copied}
        own = ops.cast(features["own"], "int32")
        key = ops.cast(features["key"][..., 0], "int32")
        pitch = drawn[..., 0:1]
        vectors += [
            merge_last_axes(near_keys(features["sonority"], pitch[..., 0])),
            merge_last_axes(self.interval(pitch, own[..., 0:1])),
            self.degree.of_pitches(pitch, key),
            ops.cast(repeats[..., :index] == drawn[..., None, :index], "float32")[..., 0, :],
            ops.cast(repeats[..., :index] == drawn[..., None, :index], "float32")[..., 1, :],
        ]
        if self.form is not None:
            form = ops.cast(features["form"], "int32")
            vectors.append(self.form(form[..., 0]))
            vectors.append(ops.cast(form[..., 1 : 1 + min(index, 3)] == drawn[..., :3], "float32"))
        if self.has_bars_ago:
            same = _steps_of_bars_ago(features)[..., : min(index, 3)] == drawn[..., None, :3]
            vectors.append(merge_last_axes(ops.cast(same, "float32")))
        if index == 1:
            voices = split_last_axis(ops.cast(features["voices"], "int32"), VOICE_WIDTH)
            ends = ops.where(voices[..., 2] > 0, voices[..., 2] - 1, self.fields[1].size)
            copied = ops.concatenate([copied, ends], axis=-1)
        return [ops.cast(v, "float32") for v in vectors], {**features, "copied": copied}

    def _copied(self, index: int, repeats: Tensor, features: FeatureTensors) -> Tensor:
        """Values that a field may copy from earlier steps: (B, T, n)."""
        if index >= REPEATED_FIELDS:
            return repeats[..., :0, 0]
        values = [repeats[..., index]]
        if self.has_form:
            form = ops.cast(features["form"], "int32")
            values.append(form[..., 1 + index : 2 + index])
        if self.has_bars_ago:
            played = _steps_of_bars_ago(features)
            values.append(played[..., index])
            if index == 0:
                latest = ops.cast(features["own"][..., 0:1], "int32")
                values.append(pitches_by_interval(played, latest))
        return ops.concatenate(values, axis=-1)


def _steps_of_bars_ago(features: FeatureTensors) -> Tensor:
    """The steps of LAGS, as `played_steps.py` has them: (B, T, LAGS, ANSWER_WIDTH) int."""
    return split_last_axis(ops.cast(features["bars_ago"], "int32"), ANSWER_WIDTH)


def _given_pitches(given: Tensor) -> Tensor:
    """Pitches of the given parts, now and next: (B, T, blocks * 5) -> (B, T, blocks * 3)."""
    of_parts = split_last_axis(given, GIVEN_WIDTH)
    return merge_last_axes(ops.concatenate([of_parts[..., :2], of_parts[..., 3:4]], axis=-1))
