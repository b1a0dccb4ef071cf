"""Every promotion kind: drop a file into `core/promotions/kinds` and it exists."""

from importlib import import_module
from pkgutil import iter_modules

import regulars.core.promotions.kinds as kinds
from regulars.core.promotions.promotion import Kind


def _load() -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for module in sorted(iter_modules(kinds.__path__), key=lambda m: m.name):
        kind = import_module(f"{kinds.__name__}.{module.name}").KIND
        if kind.code != module.name:
            raise ValueError(f"{module.name}.py calls itself {kind.code!r}")
        found[kind.code] = kind
    return found


KINDS = _load()
