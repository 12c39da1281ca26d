"""Errors whose message tells a person what is wrong and what to do.

Pages and commands catch `MusicgenError` and show its message. Any other exception, a ValueError
out of NumPy among them, is a bug and shows as one.
"""

from __future__ import annotations


class MusicgenError(Exception):
    """Base class of what a person can act on; the message is for that person."""


class InvalidSetting(MusicgenError, ValueError):
    """A setting out of its bounds, or settings that do not fit together."""


class Cancelled(Exception):
    """Raised by a progress callback to stop the work that reports to it."""
