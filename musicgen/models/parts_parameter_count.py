"""Number of parameters of the layers of `parts`; imports neither Keras nor TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping

from musicgen.encoding.grid import KEYS
from musicgen.encoding.parts.bars_ago import LAGS
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.features import DRUMS, OWN_ORDERS, OWN_STEPS, VOICES
from musicgen.encoding.parts.form_features import FORM_STATES
from musicgen.encoding.parts.given_features import GIVEN_WIDTH
from musicgen.encoding.parts.roles import MAX_PARTS, UNKNOWN_KEY
from musicgen.models.dimensions import (
    CLASS_HIDDEN_DIM,
    CLOCK_EMBEDDINGS,
    CONTEXT_DIM,
    DEGREE_DIM,
    EMBEDDING_DIM,
    FORM_DIM,
    INTERVAL_DIM,
    KERNEL_KEYS,
    KEYBOARD_DIM,
    LENGTH_DIM,
    MAX_INTERVAL,
    NEXT_END_DIM,
    NEXT_HIDDEN_DIM,
    PART_CHANNELS,
    PART_FILTERS,
    PART_MIX_DIM,
    PLACE_DIM,
    PROGRAM_DIM,
    REPEAT_ORDER_DIM,
    REPEATED_FIELDS,
    TIME_DIM,
)
from musicgen.models.layer_parameters import dense, keys_head

CLASS_FEATURES = 72  # of the scale's degrees: what sounds, and shares of three windows
SONORITIES = 3  # of a key
GIVEN_PITCHES, GIVEN_TIMES = 3, 2  # of a given part
INTERVAL_CHANNELS = 2  # of a key: class of the bass, parallels
INTERVALS = 2 * 12 * SONORITIES  # above the part's latest pitch and above the bass
CHORD_CHANNELS = 4  # of a key: root and tones of the chord and of the next one


def feature_layers(encoding: PartsEncoding) -> int:
    """Count the layers of the feature encoder."""
    sizes, widths = [field.size for field in encoding.fields], encoding.feature_widths
    units, has_form = sizes[1] + 1, "form" in widths
    embeddings = (
        *((vectors, length) for vectors, length in CLOCK_EMBEDDINGS.values()),
        *((DRUMS + 1, PROGRAM_DIM), (MAX_PARTS, PLACE_DIM), (MAX_PARTS + 1, PLACE_DIM)),
        *((units, NEXT_END_DIM), (units, LENGTH_DIM)),
        *((2 * MAX_INTERVAL + 2, INTERVAL_DIM), (UNKNOWN_KEY + 1, DEGREE_DIM)),
        *((len(OWN_ORDERS) + 1, REPEAT_ORDER_DIM), (FORM_STATES * has_form, FORM_DIM)),
    )
    channels = PART_CHANNELS + GIVEN_PITCHES * _given_parts(widths)
    channels += has_form + CHORD_CHANNELS * ("chords" in widths)
    channels += INTERVAL_CHANNELS * encoding.intervals + 2 * _lags(widths)  # as played, as moved
    mix = dense(channels, PART_MIX_DIM)
    keyboard = dense(KEYS * PART_MIX_DIM, KEYBOARD_DIM)
    inputs = _context_inputs(len(sizes), widths) + INTERVALS * encoding.intervals
    context = dense(inputs, CONTEXT_DIM)
    return sum(vectors * length for vectors, length in embeddings) + mix + keyboard + context


def heads(width: int, encoding: PartsEncoding) -> int:
    """Count the heads of a backbone's width: pitch, duration, next, and velocity if it is drawn."""
    sizes, has_form = [field.size for field in encoding.fields], encoding.form
    inputs = width + TIME_DIM + CONTEXT_DIM
    lags = _lags(encoding.feature_widths)
    copies = 2 + has_form + lags
    pitch_head = keys_head(inputs, PART_MIX_DIM, PART_FILTERS)
    pitch_head += DEGREE_DIM * PART_FILTERS + dense(inputs, 1)  # scale degrees, and the rest
    total = pitch_head + dense(inputs, copies + lags)
    if encoding.intervals:
        total += dense(inputs, CLASS_HIDDEN_DIM) + dense(CLASS_HIDDEN_DIM, UNKNOWN_KEY + 12)
    for index, size in enumerate(sizes[1:], 1):
        context = inputs + index * EMBEDDING_DIM + SONORITIES * KERNEL_KEYS
        context += INTERVAL_DIM + DEGREE_DIM + index * copies + FORM_DIM * has_form
        hidden = NEXT_HIDDEN_DIM if index == 2 else width
        copied = copies + len(VOICES) * (index == 1)
        copy_logits = dense(hidden, copied) if index < REPEATED_FIELDS else 0
        total += dense(context, hidden) + dense(hidden, size) + copy_logits
    return total


def _given_parts(widths: Mapping[str, int]) -> int:
    """Number of the given parts that a step is told of."""
    return widths["given"] // GIVEN_WIDTH


def _lags(widths: Mapping[str, int]) -> int:
    """Number of earlier bars that a step sees."""
    return len(LAGS) * ("bars_ago" in widths)


def _context_inputs(fields: int, widths: Mapping[str, int]) -> int:
    voices, given = len(VOICES), _given_parts(widths)
    has_form, has_chords = "form" in widths, "chords" in widths
    lags = _lags(widths)
    steps = fields + 1 + REPEATED_FIELDS * (2 + has_form + lags)  # values of fields
    role = PROGRAM_DIM + 2 * PLACE_DIM + 4
    lengths = OWN_STEPS + voices + GIVEN_TIMES * given + has_chords
    intervals = OWN_STEPS - 1 + voices + GIVEN_PITCHES * given + 2 * lags
    degrees = 3 + voices + GIVEN_PITCHES * given + 2 * has_chords
    vectors = LENGTH_DIM * lengths + INTERVAL_DIM * intervals + DEGREE_DIM * degrees
    others = TIME_DIM + role + CLASS_FEATURES + 2 * REPEAT_ORDER_DIM + KEYBOARD_DIM
    others += FORM_DIM * has_form + 2 * 24 * has_chords  # a chord from its root and from the tonic
    return EMBEDDING_DIM * steps + vectors + others
