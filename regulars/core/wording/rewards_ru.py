"""Russian sentences about rewards and their redemption."""

SENTENCES = {
    "reward.not_found": "Такой награды нет.",
    "reward.redemption_not_found": "Такой выдачи награды нет.",
    "reward.code_taken": "Награда «{reward}» уже есть.",
    "reward.invalid": "Такой награда быть не может: {field}.",
    "reward.currency_unknown": "В действующей программе нет валюты «{currency}».",
    "reward.currency_not_spendable": "Валюта «{currency}» идёт только в счёт уровней.",
    "reward.tier_unknown": "В действующей программе нет уровня «{tier}».",
    "reward.changed_meanwhile": (
        "Награду «{reward}» тем временем кто-то изменил. Посмотрите её ещё раз и повторите."
    ),
    "reward.ended": "Награда «{reward}» закончилась и не меняется. Заведите новую.",
    "reward.not_offered": "Награду «{reward}» сейчас не выдают.",
    "reward.sold_out": "Награда «{reward}» закончилась.",
    "reward.limit_reached": (
        "Награду «{reward}» один участник может получить {limit|раз|раза|раз}, и предел достигнут."
    ),
    "reward.other_tiers": "Награда «{reward}» только для этих уровней: {tiers}.",
    "reward.key_reused": "С этим ключом запроса уже брали другую награду.",
    "reward.member_not_active": "Счёт участника закрыт или заблокирован: награды недоступны.",
    "reward.redeemed": "Награда «{reward}» за баллы.",
    "reward.cancelled": "Награда «{reward}» возвращена, баллы тоже.",
}
