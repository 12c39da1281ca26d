"""Feature encoders by encoding; an encoding that is not here has no features."""

from __future__ import annotations

from collections.abc import Mapping

from musicgen.encoding.steps import Encoding
from musicgen.models.feature_encoders.events import EventsFeatureEncoder
from musicgen.models.feature_encoders.frames import FramesFeatureEncoder
from musicgen.models.feature_encoders.interface import FeatureEncoder
from musicgen.models.feature_encoders.parts import PartsFeatureEncoder
from musicgen.models.settings import LstmSettings, TransformerSettings

FEATURE_ENCODERS: Mapping[str, type[FeatureEncoder]] = {
    "events": EventsFeatureEncoder,
    "frames": FramesFeatureEncoder,
    "parts": PartsFeatureEncoder,
}


def feature_encoder(
    encoding: Encoding, settings: LstmSettings | TransformerSettings
) -> FeatureEncoder:
    """Make the feature encoder of an encoding."""
    return FEATURE_ENCODERS.get(encoding.name, FeatureEncoder)(encoding, settings)
