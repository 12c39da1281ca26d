"""A loss that is no longer a number, and the learning rate to go on with."""

from __future__ import annotations

from musicgen.errors import MusicgenError

_BEGIN = "the loss is no longer a number"
GENTLER = 3  # times lower


class LossNotANumber(MusicgenError, ArithmeticError):
    """The loss is no longer finite."""

    def __init__(self, learning_rate: float) -> None:
        gentler = rate_to_try(learning_rate, _BEGIN)
        super().__init__(f"{_BEGIN}: try a lower learning rate, such as {gentler:g}")


def diverged(message: str) -> bool:
    """Whether that is what a run ended with."""
    return message.startswith(_BEGIN)


def rate_to_try(learning_rate: float, message: str) -> float:
    """What a run that ended with that message should go on with: as it was, or a third of it."""
    return float(f"{learning_rate / GENTLER:.1g}") if diverged(message) else learning_rate
