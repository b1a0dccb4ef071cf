"""Writes one programme of a record into our document: currency, earning, promotions."""

from collections.abc import Mapping
from typing import Any

from scenarios.conditions import is_set, rules_of, set_parts, when_of
from scenarios.limits import budget_of, caps_of
from scenarios.loyalty import (
    attribute_of,
    codes_of,
    currency_of,
    earning_of,
    gives_points,
    is_kept,
    needs_points,
)
from scenarios.reward_words import (
    Given,
    Setting,
    is_all,
    pays_for_items,
    rewards_of,
    title_of,
    type_of,
    units_per_reward,
)
from scenarios.rewards import given_by
from scenarios.scopes import goods_of
from scenarios.settings import buys_once, units_per_line
from scenarios.translation import Circumstances, Translation, group_id, our_code, valid_of
from scenarios.words import UnknownWord, listed, money, number, plain, whole


class Writer:
    """Writes one programme of the record into the document."""

    def __init__(
        self,
        made: Translation,
        programme: Mapping[str, Any],
        rank: int,
        about: Circumstances,
        explicit: bool,
        currency: str,
    ) -> None:
        self.made, self.programme, self.rank, self.about = made, programme, rank, about
        self.explicit, self.currency = explicit, currency
        self.id = str(programme["id"])
        self.where = f"programme {self.id}"
        folded = "".join(c for c in self.id.lower() if c.isascii() and c.isalnum())
        self.slug = f"{rank:03d}-{folded[:20]}"
        self.claimed = self.id in about.claimed
        self.future = programme.get("applies_on") == "future"
        self.is_kept = is_kept(programme, about.wallets)
        self.setting = Setting(
            programme,
            about.settings,
            units_per_line(about.source),
            buys_once(about.source),
            self.claimed,
            about.gross_of,
        )

    def write(self) -> None:
        if self.programme.get("kind") == "gift_card":
            self.made.parts[self.id] = []
            return
        purse = self._purse()
        if purse:
            currency = self.currency
            self.made.currencies[self.id] = currency
            if self.is_kept:
                self.made.kept.add(self.id)
            document = self.made.document
            document["currencies"][currency] = currency_of(self.programme, self.about.settings)
            if self.programme.get("kind") != "ewallet":
                document["earning"] += earning_of(
                    self.programme, currency, self.rank * 100, self.about.taxed_of, self.slug
                )
        if self.future:
            self.made.future.add(self.id)
        self.made.parts.setdefault(self.id, [])
        if self.programme.get("active") is False or self.programme.get("enabled") is False:
            return
        for j, reward in enumerate(rewards_of(self.programme)):
            if self._pays_item(reward):
                self.made.item_payers.add(self.id)
                continue
            self._write_reward(j, reward)
            per_point = reward.get("mode") == "per_point" and "points_per_cent" not in reward
            if per_point and not self.is_kept and not self.claimed:
                self.made.payers_unasked.add(self.id)

    def _any_currency(self) -> str:
        found = self.made.currencies.get(self.id) or next(iter(self.made.currencies.values()), None)
        if found is None:
            raise UnknownWord(f"{self.where}: points of no programme")
        return found

    def _purse(self) -> bool:
        """Whether its points are kept or reckoned as such, rather than as «so many units, one reward»."""
        if self.is_kept:
            return True
        if not gives_points(self.programme) and not needs_points(self.programme):
            return not rewards_of(self.programme) and not self.programme.get("trigger")
        per_point = any(r.get("mode") == "per_point" for r in rewards_of(self.programme))
        return (self.claimed and gives_points(self.programme)) or per_point or self._by_money()

    def _pays_item(self, reward: Mapping[str, Any]) -> bool:
        """Whether a claim is a payment in points for goods that stand in the basket."""
        skus = listed(reward.get("sku")) + listed(reward.get("skus"))
        there = not skus or bool({str(sku) for sku in skus} & self.about.skus)
        pays = self.is_kept and pays_for_items(self.programme, self.about.settings) is not None
        return pays and there and self.id in self.made.currencies

    def _by_money(self) -> bool:
        points = self.setting.rule.get("points")
        return (
            isinstance(points, Mapping)
            and points.get("mode") == "per_money"
            and any(r.get("type") == "free_product" for r in rewards_of(self.programme))
        )

    def _write_reward(self, j: int, reward: Mapping[str, Any]) -> None:
        if type_of(reward, self.where) == "coupon" and "cost" not in reward:
            self._give_coupon(j, reward)
            return
        given = given_by(reward, self.setting)
        if given is None:
            cost = reward.get("points_per_cent")
            if cost is None:
                return
            given = Given("amount_off", {"amount": "0.01"})
            reward = {**reward, "required_points": cost}
        name = f"{self.slug}.{j}"
        promotion = self._promotion(name, j, given)
        self._condition(promotion, reward, given)
        if given.kind == "points_multiplier":
            promotion["params"]["currency"] = self._any_currency()
        self._switch(promotion, reward, given, j)
        self.made.programme_of[name] = self.id
        self.made.parts[self.id].append(name)
        self.made.choices[self.id, title_of(reward)] = name
        self.made.document["promotions"].append(promotion)

    def _give_coupon(self, j: int, reward: Mapping[str, Any]) -> None:
        """The order brings a coupon: for what the reward says, else for the least there is."""
        target = self.made.coupons.get(str(reward.get("programme")))
        if target is None:
            target = f"{self.slug}.t{j}"
            discount = {key: value for key, value in reward.items() if key != "type"}
            given = given_by(discount, self.setting) or Given("amount_off", {"amount": "0.01"})
            switched = self._promotion(target, j, given)
            switched["trigger"] = {"kind": "coupon"}
            self.made.document["promotions"].append(switched)
            self.made.programme_of[target] = self.id
            self.made.coupons[self.id] = target
        giving: dict[str, Any] = {
            "id": f"{self.slug}.g{j}",
            "title": "Coupon",
            "kind": "issue_coupon",
            "params": {
                "promotion": target,
                "count": max(1, whole(reward.get("qty", 1), self.where)),
            },
            "priority": self.rank * 20 + j,
        }
        when = when_of(self.programme, self.about.taxed_of)
        if when != {"all": []}:
            giving["when"] = when
        self._by_code(giving)
        self.made.coupons[self.id] = target
        self.made.programme_of[giving["id"]] = self.id
        self.made.parts[self.id].append(giving["id"])
        self.made.document["promotions"].append(giving)

    def _promotion(self, name: str, j: int, given: Given) -> dict[str, Any]:
        fields = dict(given.fields)
        caps = [*fields.pop("caps", ()), *caps_of(self.programme, self.about.settings)]
        promotion: dict[str, Any] = {
            "id": name,
            "title": "Promotion",
            "kind": given.kind,
            "params": dict(given.params),
            "priority": min(10_000, self.rank * 20 + j),
            **fields,
        }
        if caps:
            promotion["caps"] = caps
        budget = budget_of(self.programme, self.about.settings)
        if budget is not None:
            promotion["budget"] = f"b-{self.slug}"
            self.made.budgets[f"b-{self.slug}"] = self.id
            self.made.document.setdefault("budgets", [])
            if all(b["id"] != f"b-{self.slug}" for b in self.made.document["budgets"]):
                self.made.document["budgets"].append({**budget, "id": f"b-{self.slug}"})
        if self.explicit:
            promotion["level"] = "order"
        elif given.kind != "delivery":
            promotion["level"] = "order" if given.order else "line"
        if self.programme.get("skip_discounted"):
            promotion["not_discounted"] = True
        valid = valid_of(self.programme, self.where)
        if valid:
            promotion["valid"] = valid
        if self.programme.get("exclusive"):
            mates = [f"{self.slug}.{k}" for k in range(len(rewards_of(self.programme)))]
            promotion["stacks"] = "listed"
            promotion["stacks_with"] = mates
        category = self.programme.get("category")
        if category is not None and str(category) in self.about.groups:
            promotion["group"] = group_id(category)
        return promotion

    def _condition(
        self, promotion: dict[str, Any], reward: Mapping[str, Any], given: Given
    ) -> None:
        usual_tax = self.about.settings.get("least_amounts", "incl")
        when = when_of(self._counted(given), self.about.taxed_of, usual_tax)
        parts = [when] if when != {"all": []} else []
        if not self._has_purse and given.kind not in ("n_for_m", "buy_x_get_y", "gift_item"):
            parts += self._enough_points(reward)
        if parts:
            promotion["when"] = parts[0] if len(parts) == 1 else {"all": parts}
        every = self.setting.rule.get("all_skus")
        per_unit = given.params.get("each") == "unit" or given.kind == "fixed_price"
        limited = any(key in given.params for key in ("max_units", "max_units_per_line"))
        if self.setting.per_bundle and not (per_unit and not limited):
            if every is not None:
                promotion["repeat"] = {"each": set_parts(every, self.where)}
            elif is_set(self.setting.rule.get("min_qty")):
                quantity = max(1, int(number(self.setting.rule["min_qty"], self.where)))
                goods = goods_of(self.setting.rule, self.where)
                promotion["repeat"] = {"each": [{"goods": goods, "quantity": quantity}]}

    def _enough_points(self, reward: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Points that the order's goods bring at once, as so many units or so much money of them."""
        rule = self.setting.rule
        points = rule.get("points")
        if not isinstance(points, Mapping) or "required_points" not in reward:
            return []
        needed = number(reward["required_points"], self.where)
        each = number(points.get("amount", 1), self.where)
        goods = goods_of(rule, self.where)
        units = units_per_reward(reward, rule, self.where)
        if units:
            return [{"goods": {"goods": goods, "quantity_min": str(units)}}] if units > 1 else []
        if points.get("mode") == "per_money" and each > 0:
            return [{"goods": {"goods": goods, "amount_min": money(needed / each)}}]
        return [] if each >= needed else [{"any": []}]

    def _counted(self, given: Given) -> Mapping[str, Any]:
        """The programme without what the kind itself looks at: how many are to be bought."""
        if given.kind != "buy_x_get_y":
            return self.programme
        own = {"min_qty", "buy"}
        rules = [
            {key: value for key, value in rule.items() if key not in own}
            for rule in rules_of(self.programme)
        ]
        return {**self.programme, "rules": rules}

    @property
    def _has_purse(self) -> bool:
        return self.id in self.made.currencies

    def _switch(
        self, promotion: dict[str, Any], reward: Mapping[str, Any], given: Given, j: int
    ) -> None:
        """What the promotion waits for: nothing, a code, a coupon, or to be asked for."""
        name = promotion["id"]
        if self._has_purse:
            self._for_points(promotion, reward)
            return
        if self.future:
            self._for_next_time(promotion, j)
            return
        chooses = any(
            isinstance(r, Mapping) and r.get("choices")
            for r in listed(self.programme.get("reward"))
        )
        if self.claimed or chooses:
            promotion["trigger"] = {"kind": "activated"}
            self.made.asked.add(name)
            if codes_of(self.programme):
                self.made.opened.add(self.id)
                entered = {
                    "attribute": {"of": "receipt", "name": attribute_of(self.programme), "eq": True}
                }
                when = promotion.get("when")
                promotion["when"] = {"all": [when, entered]} if when else entered
            return
        self._by_code(promotion)

    def _by_code(self, promotion: dict[str, Any]) -> None:
        codes = codes_of(self.programme)
        kind = self.programme.get("kind")
        coupon = kind in ("coupon", "coupons", "voucher", "next_order_coupons")
        if coupon and (
            codes or self.about.codes_entered or self.programme.get("trigger") == "code"
        ):
            if not codes and not self.about.codes_entered:
                return
            promotion["trigger"] = {"kind": "coupon"}
            self.made.coupons[self.id] = promotion["id"]
        elif codes:
            promotion["trigger"] = {"kind": "code", "codes": [our_code(code) for code in codes]}
        elif self.programme.get("trigger") in ("code", "with_code") and self.about.codes_entered:
            promotion["trigger"] = {"kind": "coupon"}
            self.made.coupons[self.id] = promotion["id"]

    def _for_points(self, promotion: dict[str, Any], reward: Mapping[str, Any]) -> None:
        name = promotion["id"]
        currency = self.made.currencies[self.id]
        needed = number(reward.get("required_points", 1), self.where)
        if is_all(reward, self.where):
            needed = max(needed, self.about.balance(self.id))
        promotion["trigger"] = {"kind": "activated"}
        if needed > 0:
            promotion["price"] = {"currency": currency, "points": plain(needed)}
        promotion.pop("when", None)  # the rules say who earns, the points who may spend
        promotion.pop("repeat", None)
        self.made.asked.add(name)
        if not self.claimed and not self.is_kept:
            self.made.unasked.add(name)
        params = promotion["params"]
        if promotion["kind"] == "gift_item" and (
            params.get("sku") in self.about.skus or "goods" in params
        ):
            self.made.as_many_as_can_be.add(name)
            if params.get("where") == "basket":
                params["where"] = "basket_only"

    def _for_next_time(self, promotion: dict[str, Any], j: int) -> None:
        """A promotion that gives the coupon now, and one that the coupon switches on."""
        name = promotion["id"]
        giving: dict[str, Any] = {
            "id": f"{self.slug}.g{j}",
            "title": "Coupon",
            "kind": "issue_coupon",
            "params": {"promotion": name},
            "priority": promotion["priority"],
        }
        if "when" in promotion:
            giving["when"] = promotion.pop("when")
        self._by_code(giving)
        if giving.get("trigger", {}).get("kind") == "coupon":
            giving.pop("trigger")
        self.made.programme_of[giving["id"]] = self.id
        self.made.document["promotions"].append(giving)
        promotion["trigger"] = {"kind": "coupon"}
        self.made.coupons[self.id] = name
