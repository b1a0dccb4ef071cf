"""Every earning mechanic: drop a file into `core/earning/mechanics` and it exists."""

from importlib import import_module
from pkgutil import iter_modules

import regulars.core.earning.mechanics as mechanics
from regulars.core.earning.mechanic import Mechanic


def _load() -> dict[str, Mechanic]:
    found: dict[str, Mechanic] = {}
    for module in sorted(iter_modules(mechanics.__path__), key=lambda m: m.name):
        mechanic = import_module(f"{mechanics.__name__}.{module.name}").MECHANIC
        if mechanic.code != module.name:
            raise ValueError(f"{module.name}.py calls itself {mechanic.code!r}")
        found[mechanic.code] = mechanic
    return found


MECHANICS = _load()
