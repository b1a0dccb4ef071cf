"""Russian sentences that say why points were earned, or were not."""

_LIMITS = {
    "receipt": "на чек",
    "member": "на участника",
    "day": "на день",
    "week": "на неделю",
    "month": "на месяц",
    "year": "на год",
}
_OVER = {
    "cap_cut": ("Это правило дало бы {wanted}, но ограничение %s оставляет {left}."),
    "cap_refused": (
        "Это правило дало бы {wanted}; ограничение %s оставляет {left}, поэтому оно не даёт ничего."
    ),
    "currency_cap_cut": ("Всего начислилось бы {wanted}, но ограничение %s оставляет {left}."),
    "currency_cap_refused": (
        "Всего начислилось бы {wanted}; ограничение %s оставляет {left}, "
        "поэтому не начисляется ничего."
    ),
}

SENTENCES = {
    "earning.rate_per_amount": "{points} за каждые {per} покупки; учтено {amount}.",
    "earning.rate_per_unit": "{points} за каждую единицу товара; учтено {units}.",
    "earning.per_visit": "{points} за визит.",
    "earning.fixed_bonus": "Бонус {points}.",
    "earning.nth_purchase": "Бонус {points} за покупку номер {number}.",
    "earning.threshold_steps": "{points} за покупку от {least}; учтено {amount}.",
    "earning.category_rates": "По ставкам товаров за каждые {per} покупки; учтено {amount}.",
    "earning.multiplier": "Баллы за эти товары умножены на {factor}.",
    "earning.event_bonus": "Бонус {points} за «{event}».",
    "earning.not_in_force": "Правило в этот момент не действует.",
    "earning.switched_off": "Правило выключено.",
    "earning.no_goods": "Нет товаров, о которых правило, или они не участвуют в начислении.",
    "earning.nothing_given": "Условия выполнены, но механика за эту покупку ничего не даёт.",
    "earning.nothing_to_multiply": "Ни одно из умножаемых правил не дало ничего за эти товары.",
    "earning.better_in_group": "Другое правило группы «{group}» даёт больше.",
    "earning.after_final": "Перед ним стоит завершающее правило или правил слишком много.",
    "earning.rounded_away": "После округления или ограничений осталось меньше наименьшей единицы.",
    "earning.other_event": "Правило о событии «{event}».",
    "earning.used_up": "Бонус уже был начислен ({once}).",
} | {
    f"earning.{code}.{name}": over % limit
    for code, over in _OVER.items()
    for name, limit in _LIMITS.items()
}
