"""Which promotions do not go together: by their own lists, by groups, by the programme's settings."""

from collections.abc import Sequence
from typing import NamedTuple

from regulars.core.programme.document import Programme
from regulars.core.programme.promotions import Promotion
from regulars.core.promotions.catalogue import KINDS

_PERCENTAGES = frozenset({"percent", "discount_card"})


class Bound(NamedTuple):
    """A group of which at most `most` count; `members` are bits.

    `in_order`: those that come first; else those that together give most.
    """

    id: str
    most: int
    members: int
    in_order: bool


def conflicts_of(enabled: Sequence[Promotion], document: Programme) -> list[int]:
    """For each promotion the bits of those it cannot stand together with.

    Two go together where each allows the other: it goes with all, or lists the other's id or group.
    Of a group of which one counts no two go together, unless the first is to count: then the order
    decides, as for groups of which several count (see `bounds_of`).
    """
    count = len(enabled)
    full = (1 << count) - 1
    by_name: dict[str, int] = {}
    for i, promotion in enumerate(enabled):
        by_name[promotion.id] = by_name.get(promotion.id, 0) | 1 << i
    by_group = _by_group(enabled)
    allows = []
    for promotion in enabled:
        if promotion.stacks == "all":
            allows.append(full)
        elif promotion.stacks == "none":
            allows.append(0)
        else:
            listed = 0
            for name in promotion.stacks_with:
                listed |= by_name.get(name, 0) | by_group.get(name, 0)
            allows.append(listed)
    allowed_by = _reversed(allows, enabled)
    conflicts = [full & ~(allows[i] & allowed_by[i]) & ~(1 << i) for i in range(count)]
    for together in _one_of(enabled, by_group, document):
        for i in bits(together):
            conflicts[i] |= together & ~(1 << i)
    return conflicts


def bounds_of(enabled: Sequence[Promotion], document: Programme) -> tuple[Bound, ...]:
    """The groups in which several may count, or of which the first counts."""
    by_group = _by_group(enabled)
    return tuple(
        Bound(group.id, group.most, by_group[group.id], group.choose == "first")
        for group in document.groups
        if group.id in by_group and (group.most > 1 or group.choose == "first")
    )


def bits(mask: int) -> list[int]:
    """The numbers of the bits that are set, the smallest first."""
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found


def _by_group(enabled: Sequence[Promotion]) -> dict[str, int]:
    found: dict[str, int] = {}
    for i, promotion in enumerate(enabled):
        if promotion.group is not None:
            found[promotion.group] = found.get(promotion.group, 0) | 1 << i
    return found


def _reversed(allows: Sequence[int], enabled: Sequence[Promotion]) -> list[int]:
    """For each promotion the bits of those that allow it."""
    with_all = 0
    by_listed = [0] * len(allows)
    for i, promotion in enumerate(enabled):
        if promotion.stacks == "all":
            with_all |= 1 << i
        elif promotion.stacks == "listed":
            for j in bits(allows[i]):
                by_listed[j] |= 1 << i
    return [with_all | listed for listed in by_listed]


def _one_of(
    enabled: Sequence[Promotion], by_group: dict[str, int], document: Programme
) -> list[int]:
    """Bits of promotions of which only one counts, the best for the member."""
    found = [
        by_group[group.id]
        for group in document.groups
        if group.id in by_group and group.most == 1 and group.choose == "best"
    ]
    if document.promotion_policy.order_percentages == "best":
        found.append(
            sum(1 << i for i, promotion in enumerate(enabled) if _percentage_of_order(promotion))
        )
    return found


def _percentage_of_order(promotion: Promotion) -> bool:
    order = (promotion.level or KINDS[promotion.kind].phase) == "order"
    return order and promotion.kind in _PERCENTAGES
