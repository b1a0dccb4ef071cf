"""Russian sentences of the ledger: what each movement on a statement is, and what is refused."""

SENTENCES = {
    "ledger.spend_unknown": "По этой ссылке ничего не потрачено, или всё уже возвращено.",
    "ledger.amount_invalid": "Поправка на ноль ничего не исправляет.",
    "tier.unknown": "В программе нет уровня «{tier}».",
    "ledger.event": "За событие: {event}.",
    "ledger.adjustment": "Поправка: {text}",
    "ledger.tier_granted": "Присвоен уровень «{tier}»: {text}",
    "ledger.merge": "Два счёта одного человека стали одним: {text}",
    "movement.sale": "Покупка",
    "movement.return": "Возврат товаров",
    "movement.event": "Бонус",
    "movement.spend": "Списание",
    "movement.unspend": "Возврат списанного",
    "movement.adjust": "Поправка",
    "movement.grant": "Присвоен уровень",
    "movement.hold": "Отложено для покупки",
    "movement.release": "Больше не отложено",
    "movement.activate": "Баллы стали доступны",
    "movement.expire": "Баллы сгорели",
    "movement.merge": "Счета объединены",
    "movement.merged": "Перенесено на другой счёт",
}
