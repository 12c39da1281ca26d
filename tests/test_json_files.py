"""Reading of JSON files through a schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from musicgen.errors import InvalidSetting
from musicgen.json_files import InvalidJson, parse_json, read_json


@dataclass(frozen=True)
class Example:
    name: str
    epoch: int = 0
    loss: float | None = None
    sides: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.epoch < 0:
            raise InvalidSetting("epoch is negative")


def test_a_file_is_read_as_a_dataclass_without_unknown_keys(tmp_path: Path) -> None:
    path = tmp_path / "example.json"
    path.write_text('{"name": "a", "loss": 2, "sides": {"train": [1, 2]}, "later": true}')
    assert read_json(path, Example) == Example("a", 0, 2.0, {"train": (1, 2)})


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "truncated"),
        ("[]", "Expected `object`"),
        ("{}", "missing required field `name`"),
        ('{"name": {}}', "Expected `str`"),
        ('{"name": "a", "epoch": []}', "Expected `int`, got `array`"),
        ('{"name": "a", "loss": NaN}', "invalid character"),
        ('{"name": "a", "epoch": -1}', "epoch is negative"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_invalid_json_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidJson, match=reason):
        parse_json(text, Example)


def test_a_missing_or_large_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidJson, match="No such file"):
        read_json(tmp_path / "none.json", Example)
    path = tmp_path / "large.json"
    path.write_text('{"name": "' + "a" * 100 + '"}')
    with pytest.raises(InvalidJson, match="larger than 100 bytes"):
        read_json(path, Example, max_bytes=100)
