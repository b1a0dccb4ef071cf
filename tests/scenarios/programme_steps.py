"""Steps that change programmes, what of them has been used, and the clock."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from scenarios.books import open_book
from scenarios.conditions import RULE_FIELDS
from scenarios.engine import view_of
from scenarios.limits import BUDGET_FIELDS, LIMITS
from scenarios.probing import in_force, probe, register_use, sample
from scenarios.programmes import PROGRAMME_FIELDS
from scenarios.registry import ACTIONS, ALWAYS, does, moment
from scenarios.reward_words import REWARD_FIELDS
from scenarios.words import UnknownWord, check, flag, listed, number, part, text, words
from scenarios.world import World, identity


def _rule(programme: dict[str, Any]) -> dict[str, Any]:
    rules = programme.get("rules") or [{}]
    if not isinstance(rules, list) or not isinstance(rules[0], Mapping):
        raise UnknownWord("rules: a list of objects is expected")
    programme["rules"] = [dict(rules[0]), *rules[1:]]
    return programme["rules"][0]


def _reward(programme: dict[str, Any]) -> dict[str, Any]:
    reward = part(programme, "reward")
    if not isinstance(reward, Mapping):
        raise UnknownWord("reward: an object is expected")
    programme["reward"] = dict(reward)
    return programme["reward"]


def _limits(programme: dict[str, Any]) -> dict[str, Any]:
    limits = part(programme, "limits")
    programme["limits"] = dict(check("limits", limits, limits))
    return programme["limits"]


@does("set_validity", fields="programme from_day to_day from to")
def set_validity(world: World, step: Mapping[str, Any]) -> None:
    today = world.clock.date()
    ends: list[Any] = []
    for key, plain in (("from_day", "from"), ("to_day", "to")):
        if step.get(key) is not None:
            ends.append((today + timedelta(days=int(number(step[key], key)))).isoformat())
        else:
            ends.append(step.get(plain))
    world.programme(step.get("programme"))["valid"] = ends if any(ends) else None


@does("set_clock", "set_date", "set_now", fields="now date time")
def set_clock(world: World, step: Mapping[str, Any]) -> None:
    world.clock = moment(step.get("now", step.get("date", step.get("time"))))


@does("advance_days", "advance", "wait", fields="days months hours minutes")
def advance(world: World, step: Mapping[str, Any]) -> None:
    bounded = {k: int(number(step[k], k)) for k in ("days", "hours", "minutes") if k in step}
    days = bounded.pop("days", 0) + 30 * int(number(step.get("months", 0), "months"))
    if abs(days) > 20_000:
        raise UnknownWord("too many days")
    world.advance(days=days, **bounded)


@does("set_reward", fields="programme " + " ".join(sorted(REWARD_FIELDS)))
def set_reward(world: World, step: Mapping[str, Any]) -> None:
    reward = _reward(world.programme(step.get("programme")))
    target = reward
    for holder in ("all_of", "choices"):
        if isinstance(reward.get(holder), list) and reward[holder]:
            target = dict(reward[holder][0])
            reward[holder] = [target, *reward[holder][1:]]
    target |= {k: v for k, v in step.items() if k in REWARD_FIELDS}


@does("set_reward_scope", "set_scope", fields="programme scope")
def set_reward_scope(world: World, step: Mapping[str, Any]) -> None:
    _reward(world.programme(step.get("programme")))["scope"] = step.get("scope")


@does("set_rule", "set_rules", fields="programme rules " + " ".join(sorted(RULE_FIELDS)))
def set_rule(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    if "rules" in step:
        programme["rules"] = [dict(check("rule", r, RULE_FIELDS)) for r in listed(step["rules"])]
    _rule(programme).update({k: v for k, v in step.items() if k in RULE_FIELDS})


@does(
    "set_min_qty",
    "set_min_amount",
    "set_nth_order",
    "set_min_order",
    fields="programme n value qty amount",
)
def set_least(world: World, step: Mapping[str, Any]) -> None:
    value = next((step[k] for k in ("n", "value", "qty", "amount") if k in step), None)
    name = str(step["do"]).removeprefix("set_")
    _rule(world.programme(step.get("programme")))[name] = value


@does("set_max_units", "set_max_amount", "set_required_points", "set_group_size", "set_value",
      fields="programme n value amount units points")  # fmt: skip
def set_most(world: World, step: Mapping[str, Any]) -> None:
    keys = ("n", "value", "amount", "units", "points")
    value = next((step[k] for k in keys if k in step), None)
    name = str(step["do"]).removeprefix("set_")
    _reward(world.programme(step.get("programme")))[name] = value


@does("set_cost", fields="programme cost")
def set_cost(world: World, step: Mapping[str, Any]) -> None:
    _reward(world.programme(step.get("programme")))["cost"] = step.get("cost")


@does(
    "set_limit",
    "set_limits",
    fields="programme limit " + " ".join(sorted({*LIMITS, "single_use_code", "units_per_product"})),
)
def set_limit(world: World, step: Mapping[str, Any]) -> None:
    """Limits are set anew: one that is not named stays."""
    limits = _limits(world.programme(step.get("programme")))
    limits |= {
        k: v
        for k, v in step.items()
        if k in LIMITS or k in ("single_use_code", "units_per_product")
    }
    if "limit" in step:
        limits["total_uses"] = step["limit"]
    for ticket in world.tickets.values():
        if (
            ticket.programme == world.programme(step.get("programme"))["id"]
            and "total_uses" in limits
        ):
            ticket.uses_max = int(number(limits["total_uses"], "limit"))


@does("set_budget", fields="programme " + " ".join(sorted(BUDGET_FIELDS)))
def set_budget(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    budget = dict(part(programme, "budget"))
    budget |= {k: v for k, v in step.items() if k in BUDGET_FIELDS}
    programme["budget"] = budget
    if "used" in step:
        world.set_used(programme["id"], number(step["used"], "used"))


@does("set_used", fields="programme uses used total by_customer customer units discount")
def set_used(world: World, step: Mapping[str, Any]) -> None:
    """So much of the limits is used up, by all and by the buyer."""
    programme = world.programme(step.get("programme"))
    name = programme["id"]
    used = next((step[k] for k in ("uses", "used", "total") if k in step), None)
    if used is not None:
        world.set_used(name, number(used, "used"))
        for ticket in world.tickets.values():
            if ticket.programme == name:
                ticket.uses = min(ticket.uses_max, int(number(used, "used")))
        world.rewards_taken[name] = int(number(used, "used"))
    if "units" in step:
        world.used[name, "units"] = int(number(step["units"], "units"))
    if "discount" in step:
        world.used[name, "money"] = int(number(step["discount"], "discount") * 100)
    if "by_customer" in step:
        mine = int(number(step["by_customer"], "by_customer"))
        world.rewards_taken_by[name, world.order.customer or ""] = mine
        _count_uses(
            world, programme, int(number(step["by_customer"], "by_customer")), step.get("customer")
        )


def _count_uses(world: World, programme: Mapping[str, Any], uses: int, customer: Any) -> None:
    """The member's own counters say so many uses."""
    view = view_of(world, asks=False)
    name = world.customer_of(customer) if customer is not None else world.order.customer
    if name is None:
        return
    person = world.person(name)
    book = open_book(world, person, view.programme)
    for ours in view.translation.parts.get(programme["id"], ()):
        key = f"uses:{ours}:ever"
        book.count(key, 0, uses - book.counter(key))
    book.record_transaction(
        "count",
        world.clock,
        source=identity(f"count {person.account.version}"),
        version=1,
        facts={},
    )
    person.account = book.close().account


@does("set_total_discount", fields="programme value")
def set_total_discount(world: World, step: Mapping[str, Any]) -> None:
    name = world.programme(step.get("programme"))["id"]
    world.used[name, "money"] = int(number(step.get("value"), "value") * 100)


@does("record_use", fields="programme times customer")
def record_use(world: World, step: Mapping[str, Any]) -> None:
    """The buyer uses the programme so many times, each on an order of their own."""
    programme = world.programme(step.get("programme"))
    customer = world.customer_of(step["customer"]) if "customer" in step else world.order.customer
    for _ in range(max(0, min(50, int(number(step.get("times", 1), "times"))))):
        register_use(world, programme, [Decimal(100)], customer)


@does("use", "use_coupon", "use_code", fields="programme customer code times")
def use(world: World, step: Mapping[str, Any]) -> None:
    record_use(world, {k: v for k, v in step.items() if k != "code"})


@does("register_usage", fields="programme amounts amount customer")
def register_usage(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    amounts = [
        number(a, "amounts") for a in listed(step.get("amounts")) + listed(step.get("amount"))
    ]
    register_use(world, programme, amounts, world.order.customer)


@does("set_category_limit", fields="category n limit")
def set_category_limit(world: World, step: Mapping[str, Any]) -> None:
    most = int(number(step.get("n", step.get("limit")), "n"))
    if not 1 <= most <= 100:
        raise UnknownWord(f"a category limit of {most}")
    world.groups[text(step.get("category"), "category")] = most


@does("disable_in_channel", "remove_from_channel", fields="programme channel")
def disable_in_channel(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    gone = text(step.get("channel"), "channel")
    left = [c for c in words(programme.get("channels"), "channels") if c != gone]
    programme["channels"] = left


@does("enable_in_channel", "add_to_channel", fields="programme channel")
def enable_in_channel(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    named = words(programme.get("channels"), "channels")
    programme["channels"] = [*named, text(step.get("channel"), "channel")]


@does("enable_only", fields="programme programmes")
def enable_only(world: World, step: Mapping[str, Any]) -> None:
    names = words(listed(step.get("programme")) + listed(step.get("programmes")), "programme")
    world.only = {str(world.programme(name)["id"]) for name in names}


@does("disable", "deactivate", "archive", "delete", "remove_programme", "disable_programme",
      "stop", fields="programme")  # fmt: skip
def disable(world: World, step: Mapping[str, Any]) -> None:
    world.programme(step.get("programme"))["active"] = False


@does("enable", "activate", "unarchive", "enable_programme", "start", fields="programme")
def enable(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    programme["active"] = True
    if world.only is not None:
        world.only.add(programme["id"])


@does("enable_all")
def enable_all(world: World, step: Mapping[str, Any]) -> None:
    world.only = None
    for programme in world.programmes:
        programme["active"] = True


@does("set_active", fields="programme active value")
def set_active(world: World, step: Mapping[str, Any]) -> None:
    active = flag(step.get("active", step.get("value")), "active")
    (enable if active else disable)(world, {"programme": step.get("programme")})


@does("replace_programmes", "set_programmes", fields="programmes")
def replace_programmes(world: World, step: Mapping[str, Any]) -> None:
    world.programmes = [_spelled_out(i, p) for i, p in enumerate(listed(step.get("programmes")))]


@does("add_programme", fields="programme")
def add_programme(world: World, step: Mapping[str, Any]) -> None:
    world.programmes.append(_spelled_out(len(world.programmes), step.get("programme")))


def _spelled_out(i: int, given: Any) -> dict[str, Any]:
    """A whole programme, or «so much off if …» written short."""
    if not isinstance(given, Mapping):
        raise UnknownWord("programmes: objects are expected")
    if "reward" in given or "rules" in given:
        programme = dict(given)
        programme.setdefault("id", f"p{i + 1}")
        return programme
    rule = {
        k: v for k, v in given.items() if k in RULE_FIELDS - {"id", "name", "priority", "active"}
    }
    own = {k: v for k, v in given.items() if k in PROGRAMME_FIELDS and k not in rule}
    rest = set(given) - set(rule) - set(own) - {"off", "percent", "scope"}
    if rest:
        raise UnknownWord(f"programmes: unknown word {sorted(rest)[0]!r}"[:120])
    reward: dict[str, Any] = {"type": "discount", "scope": given.get("scope", "order")}
    rule.pop("scope", None)
    reward |= (
        {"mode": "percent", "value": given["percent"]}
        if "percent" in given
        else {"mode": "fixed", "value": given.get("off")}
    )
    return {"id": f"p{i + 1}", "trigger": "auto", **own, "rules": [rule], "reward": reward}


OF_ALL = "percent_base offers_incl_tax programme only_for_staff once_per_customer value "
FIELDS = PROGRAMME_FIELDS | REWARD_FIELDS | RULE_FIELDS


@does("set", "set_programme", "update_programme", fields=OF_ALL + " ".join(sorted(FIELDS)))
def set_anything(world: World, step: Mapping[str, Any]) -> None:
    """Settings of the whole, or any field of a programme, its first rule or its reward."""
    if "percent_base" in step:
        base = text(step["percent_base"], "percent_base")
        if base not in ("initial", "left", "discounted", "current"):
            raise UnknownWord(f"percent_base {base!r}")
        world.pinned["percent_of"] = "initial" if base == "initial" else "left"
    if "offers_incl_tax" in step:
        with_tax = flag(step["offers_incl_tax"], "offers_incl_tax")
        world.pinned["amounts"] = "gross" if with_tax else "net"
        if not world.order.lines:
            world.order.lines = sample(tax=20)
    rest = {
        k: v
        for k, v in step.items()
        if k not in ("do", "why", "programme", "percent_base", "offers_incl_tax")
    }
    if not rest:
        return
    programme = world.programme(step.get("programme"))
    if rest.pop("once_per_customer", False):
        _limits(programme)["per_customer"] = 1
    for key, value in rest.items():
        if key in PROGRAMME_FIELDS and key not in ("code", "codes", "cost", "stock"):
            programme[key] = value
        elif key in REWARD_FIELDS and (key in part(programme, "reward") or key not in RULE_FIELDS):
            _reward(programme)[key] = value
        else:
            _rule(programme)[key] = value


@does("validate", fields="total min_spent qty min_items programme")
def validate(world: World, step: Mapping[str, Any]) -> None:
    """Would the code be taken on an order of this total and size, with these least ones set?"""
    programme = world.programme(step.get("programme"))
    quantity = number(step.get("qty", 1), "qty")
    total = number(step.get("total", 100), "total")
    copy = probe(world, programme)
    rule = _rule(copy.programme(programme["id"]))
    for ours, theirs in (("min_amount", "min_spent"), ("min_qty", "min_items")):
        if theirs in step:
            rule[ours] = step[theirs]
    each = total / quantity if quantity > 0 else total
    copy.order.lines = [{"sku": "SAMPLE", "price": each, "qty": quantity}]
    world.last.accepted = in_force(copy, programme["id"])


def set_field(world: World, step: Mapping[str, Any]) -> None:
    """`set_<field>` of a programme, its rule, its reward or its limits, where no step of its own says how."""
    name = str(step["do"]).removeprefix("set_")
    check(f"step set_{name}", step, {"do", "why", "programme", "n", "value", "to", name})
    value = next((step[key] for key in (name, "value", "n", "to") if key in step), None)
    programme = world.programme(step.get("programme"))
    if name in LIMITS:
        _limits(programme)[name] = value
    else:
        set_anything(world, {"do": "set", "programme": programme["id"], name: value})


for _name in sorted(FIELDS | LIMITS.keys()):
    if f"set_{_name}" not in ACTIONS:
        ACTIONS[f"set_{_name}"] = (set_field, ALWAYS | {"programme", "n", "value", "to", _name})
