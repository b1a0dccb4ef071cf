"""Russian sentences that say which condition does not hold."""

SENTENCES = {
    "condition.not": "Имеет место то, что исключено.",
    "condition.any": "Ни один из вариантов не выполнен.",
    "condition.dates.early": "Начинается {since}.",
    "condition.dates.late": "Закончилось {until}.",
    "condition.weekday": "Только в дни {days}; сегодня {day}.",
    "condition.hours": "Только с {since} до {until}; сейчас {at}.",
    "condition.birthday": (
        "Только за {days_before|день|дня|дней} до дня рождения и {days_after|день|дня|дней} после."
    ),
    "condition.birthday.unknown": "День рождения не известен.",
    "condition.store": "Только в {wanted}; здесь {here}.",
    "condition.store_brand": "Только в магазинах {wanted}; здесь {here}.",
    "condition.channel": "Только через {wanted}; здесь {here}.",
    "condition.payment": "Только при оплате: {methods}.",
    "condition.segment": "Только для участников из {segments}.",
    "condition.tier": "Только для {wanted}; сейчас уровень {tier}.",
    "condition.goods": "В чеке нет нужных товаров.",
    "condition.goods.quantity": "Нужно {least} единиц товара; есть {found}.",
    "condition.goods.amount": "Нужно товаров на {least}; есть на {found}.",
    "condition.amount.small": "Только от {least}; сумма чека {found}.",
    "condition.amount.large": "Только до {most}; сумма чека {found}.",
    "condition.quantity.few": "Только от {least} единиц; есть {found}.",
    "condition.quantity.many": "Только до {most} единиц; есть {found}.",
    "condition.nth_purchase.every": "Только каждая покупка номер {every}; эта номер {number}.",
    "condition.nth_purchase.at": "Только покупка номер {wanted}; эта номер {number}.",
    "condition.first_purchase": "Только первая покупка; эта номер {number}.",
    "condition.member_age.new": ("Только с дня {least} в программе; прошло {days|день|дня|дней}."),
    "condition.member_age.old": ("Только до дня {most} в программе; прошло {days|день|дня|дней}."),
    "condition.attribute.member": "Поле участника «{name}» говорит другое.",
    "condition.attribute.receipt": "Поле чека «{name}» говорит другое.",
}
