"""The models of purchases behind one face: how each is fitted, and what it says of each customer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from regulars.core.metrics.clv import bg_nbd, pareto_nbd
from regulars.core.metrics.clv.bg_nbd import BgNbd
from regulars.core.metrics.clv.counts import Counts, Reals
from regulars.core.metrics.clv.pareto_nbd import ParetoNbd

Kind = Literal["bg-nbd", "pareto-nbd"]
Parameters = Any
"""A named tuple of positive numbers, of the class that the model fits."""


@dataclass(frozen=True, slots=True)
class PurchaseModel:
    """One model. `fit` raises NoFit; `gradient` is that of the log-likelihood by the parameters."""

    kind: Kind
    title: str
    make: Callable[..., Parameters]
    fit: Callable[[Counts], tuple[Parameters, float]]
    gradient: Callable[[Parameters, Counts], Reals]
    alive: Callable[[Parameters, Counts], Reals]
    expected: Callable[[Parameters, Counts, float], Reals]


MODELS: Mapping[Kind, PurchaseModel] = {
    "bg-nbd": PurchaseModel(
        "bg-nbd",
        "BG/NBD",
        BgNbd,
        bg_nbd.fit,
        lambda model, counts: bg_nbd.log_likelihood(model, counts)[1],
        bg_nbd.p_alive,
        bg_nbd.expected_purchases,
    ),
    "pareto-nbd": PurchaseModel(
        "pareto-nbd",
        "Pareto/NBD",
        ParetoNbd,
        pareto_nbd.fit,
        lambda model, counts: pareto_nbd.log_likelihood(model, counts)[1],
        pareto_nbd.p_alive,
        pareto_nbd.expected_purchases,
    ),
}
"""In the order in which they are tried; of equally good ones the first is taken."""
