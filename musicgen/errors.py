"""Base classes of the errors that a person can act on.

Pages and commands catch `MusicgenError` and show its message. Any other exception, such as a
ValueError from NumPy, is a bug and is shown as one.
"""

from __future__ import annotations


class MusicgenError(Exception):
    """Base class of errors that a person can act on; the message is for that person."""


class InvalidSetting(MusicgenError, ValueError):
    """A setting out of its bounds, or settings that do not fit together.

    Also a ValueError, which msgspec expects of a dataclass that checks itself.
    """


class Cancelled(Exception):
    """Raised by a progress callback to stop the work."""
