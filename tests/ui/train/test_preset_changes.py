"""What was changed of a preset."""

from dataclasses import replace

from musicgen.models.settings import TransformerSettings
from musicgen.training.presets import PRESETS
from musicgen.training.settings import RunSettings
from musicgen.ui.train.preset_changes import preset_changes

QUICK = PRESETS[0]


def test_changes_are_named_with_what_the_preset_has() -> None:
    settings = RunSettings("mine", "tunes", "events", QUICK.model, QUICK.train)
    assert preset_changes(QUICK, settings) == []
    train = replace(QUICK.train, minutes=2.0, batch_size=16)
    assert preset_changes(QUICK, replace(settings, train=train)) == [
        "minutes 2 in place of 5",
        "batch size 16 in place of 32",
    ]
    other = replace(settings, model=TransformerSettings(), train=replace(train, length=256))
    assert preset_changes(QUICK, other) == ["Transformer in place of LSTM"]
