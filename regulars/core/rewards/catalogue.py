"""Every kind of reward: drop a file into `core/rewards/kinds` and it exists."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pydantic import ValidationError

import regulars.core.rewards.kinds as kinds
from regulars.core.programme.model import Frozen
from regulars.core.refusal import Invalid
from regulars.core.rewards.kind import RewardKind


class RewardKindUnknown(Invalid):
    """There is no such kind of reward."""

    code = "reward.kind_unknown"


class RewardParamsInvalid(Invalid):
    """The parameters are not those of the kind; the pointer names the first that is wrong."""

    code = "reward.params_invalid"


def _load() -> dict[str, RewardKind]:
    found: dict[str, RewardKind] = {}
    for module in sorted(iter_modules(kinds.__path__), key=lambda m: m.name):
        kind = import_module(f"{kinds.__name__}.{module.name}").KIND
        if kind.code != module.name:
            raise ValueError(f"{module.name}.py calls itself {kind.code!r}")
        found[kind.code] = kind
    return found


REWARD_KINDS = _load()


def params_of(kind: str, params: Mapping[str, Any]) -> Frozen:
    """The parameters as the kind reads them. Raises RewardKindUnknown, RewardParamsInvalid."""
    known = REWARD_KINDS.get(kind)
    if known is None:
        raise RewardKindUnknown(pointer="/kind", kind=kind[:40], known=", ".join(REWARD_KINDS))
    try:
        return known.params.model_validate(params)
    except ValidationError as error:
        place = error.errors(include_url=False, include_input=False, include_context=False)[0][
            "loc"
        ]
        where = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)
        raise RewardParamsInvalid(pointer=f"/params{where}", kind=kind) from None
