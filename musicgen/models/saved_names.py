"""Names of layers in `.keras` files, where attributes have other names.

Keras names the weights in a `.keras` file by the attributes that hold their layers, and those
in a list by their class. The names in the files stay what they were in the first ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class SavedNames:
    """Mixin for layers: attributes that Keras saves and loads under other names.

    Keras walks through `dir(layer)`, which gives the saved names in place of the attributes.
    """

    saved_names: Mapping[str, str] = {}  # attribute by its name in a `.keras` file
    not_saved: frozenset[str] = frozenset()  # attributes that Keras reaches otherwise

    def __dir__(self) -> Iterable[str]:
        hidden = {*self.saved_names.values(), *self.not_saved}
        return [*(name for name in super().__dir__() if name not in hidden), *self.saved_names]

    def __getattr__(self, name: str) -> Any:
        # Called for names that are no attributes.
        if name in self.saved_names:
            return getattr(self, self.saved_names[name])
        raise AttributeError(f"{type(self).__name__} has no attribute '{name}'")
