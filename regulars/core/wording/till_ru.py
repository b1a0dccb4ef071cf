"""Russian sentences of the till: why something was given, taken or refused."""

SENTENCES = {
    "discount.card": "Скидка по карте «{tier}»: {percent} %.",
    "payment.points": "Оплачено баллами: {amount}, это {money}.",
    "payment.items": "Бесплатно за штампы ({amount}): {items|товар|товара|товаров}.",
    "spend.all": "На этот чек можно потратить весь остаток.",
    "spend.share": "Большую долю чека так оплатить нельзя.",
    "spend.goods": "Часть товаров так оплатить нельзя.",
    "spend.items": "Столько можно получить бесплатно: {items|товар|товара|товаров}.",
    "spend.not_money": "Этой валютой не платят.",
    "spend.receipt_too_small": "Так платят за чеки от {least}.",
    "spend.balance_too_small": "Остаток слишком мал: нужно не меньше {least}.",
    "spend.goods_excluded": "Ни один из этих товаров так оплатить нельзя.",
    "spend.stamps_missing": "Не хватает {missing}: бесплатный товар стоит {least}.",
    "return.forgiven": "Из баллов, которые надо вернуть, уже потрачены и прощены: {amount}.",
    "member.not_active": "Участие сейчас не действует: на него ничего не начислить и не списать.",
    "member.identifier_blocked": "Эта карта или номер заблокированы или заменены.",
    "payment.not_possible": (
        "Столько валюты «{currency}» на этот чек потратить нельзя: "
        "можно от {least} до {most} с шагом {step}."
    ),
    "currency.unknown": "В программе нет валюты «{currency}».",
    "points.insufficient": "Для этого не хватает баллов валюты «{currency}».",
    "receipt.from_future": "Время чека в будущем. Проверьте часы кассы.",
    "receipt.too_late": "Чек старше, чем принимает программа.",
    "receipt.empty": "В чеке нет товаров.",
    "receipt.conflict": "Этот номер уже занят чеком или возвратом с другим содержимым.",
    "sale.not_found": "Такой продажи нет.",
    "quote.invalid": "Это не наш расчёт.",
    "quote.changed": "Прежний расчёт выполнить уже нельзя. Вот новый; ничего не проведено.",
    "return.more_than_sold": "Возвращают больше, чем продано и ещё не возвращено.",
    "return.line_unknown": "В продаже нет строки «{line}».",
    "return.nothing": "В возврате нужна хотя бы одна строка с количеством больше нуля.",
    "return.too_late": "Время, когда товар можно вернуть, прошло.",
    "till.busy": "К этому счёту обращается слишком много касс. Отправьте тот же запрос ещё раз.",
}
