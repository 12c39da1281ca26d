"""Sizes of the layers that do not depend on a model's settings.

The layers and the parameter count both read them here. Imports neither Keras nor TensorFlow.
"""

from __future__ import annotations

from musicgen.encoding.clock import MAX_BARS_LEFT
from musicgen.encoding.events_features import CHROMA_WINDOWS
from musicgen.encoding.grid import GRID_PER_QUARTER

EMBEDDING_DIM = 64  # of a field

# The keyboard: states and features of the keys, a convolution along the keys.
NEIGHBOURS = 12  # keys seen on each side of a key
KERNEL_KEYS = 2 * NEIGHBOURS + 1
KEY_STATE_DIM = 3 + len(CHROMA_WINDOWS)  # remaining time, age, last key, pitch class shares
KEY_FEATURES_DIM = 8 + len(CHROMA_WINDOWS)
KEYBOARD_DIM = 128  # all keys as one vector
KEY_FILTERS = 32
KEY_HIDDEN_DIM = 256

# Time: the clock and the next note end.
MAX_BAR_UNITS = 8 * GRID_PER_QUARTER  # embedded positions in a bar, in grid units
CLOCK_EMBEDDINGS = {  # (vectors, their length) by name
    "place": (MAX_BAR_UNITS, 16),
    "beat": (GRID_PER_QUARTER, 8),
    "length": (MAX_BAR_UNITS + 1, 16),
    "left": (MAX_BARS_LEFT + 1, 8),
}
NEXT_END_DIM = 16
TIME_DIM = sum(length for _, length in CLOCK_EMBEDDINGS.values()) + NEXT_END_DIM

# Repeats: the fields that followed the last time, and the order of the match.
REPEATED_FIELDS = 3
REPEAT_ORDERS, REPEAT_ORDER_DIM = 8, 16
REPEAT_DIM = REPEATED_FIELDS * EMBEDDING_DIM + REPEAT_ORDER_DIM

# `parts`: the keyboard as one part has it, and what a part is and has played.
PART_CHANNELS = KEY_FEATURES_DIM + 2 + 2 * 4 + 2 + 3  # of a key, without given and asked for
PART_FILTERS, PART_MIX_DIM = 40, 12
MAX_INTERVAL, INTERVAL_DIM = 24, 16  # semitones
DEGREE_DIM = 16
LENGTH_DIM = 12
FORM_DIM = 8  # of the state of a bar in the form
PROGRAM_DIM, PLACE_DIM = 16, 8  # of a part: its program; its number, and that of all parts
CONTEXT_DIM = 256  # all features of a step as one vector
NEXT_HIDDEN_DIM = 64
CLASS_HIDDEN_DIM = 128  # of the logits of pitch classes
CRITIC_HIDDEN_DIM = 64
