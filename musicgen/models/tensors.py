"""Types of what layers take and give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Tensor: TypeAlias = Any
# The features of an encoding and what a feature encoder computes from them: (B, T, ...) each.
# In the model of a single step there is no axis T.
FeatureTensors: TypeAlias = Mapping[str, Tensor]
