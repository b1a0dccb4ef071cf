"""Every condition: drop a file into `core/conditions` and it exists."""

from importlib import import_module
from pkgutil import iter_modules

import regulars.core.conditions as conditions
from regulars.core.when.condition import Condition


def _load() -> dict[str, Condition]:
    found: dict[str, Condition] = {}
    for module in sorted(iter_modules(conditions.__path__), key=lambda m: m.name):
        condition = import_module(f"{conditions.__name__}.{module.name}").CONDITION
        if condition.code != module.name:
            raise ValueError(f"{module.name}.py calls itself {condition.code!r}")
        found[condition.code] = condition
    return found


CONDITIONS = _load()
