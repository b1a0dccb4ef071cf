"""Russian sentences of notices to browsers."""

SENTENCES = {
    "push.off": "Уведомления здесь не отправляются.",
    "push.malformed": "Браузер не назвал, куда отправлять уведомления.",
    "letter.push_sign_in.subject": "Новый вход",
    "letter.push_sign_in.body": (
        "Кто-то только что вошёл в вашу карту: {device}. Если это были не вы, отключите это устройство в приложении."
    ),
    "letter.push_contact.subject": "Ваш контакт изменён",
    "letter.push_contact.body": (
        "Почту или телефон вашей карты только что изменили. Если это были не вы, откройте ссылку из письма на прежний контакт."
    ),
    "letter.push_earned.subject": "Вам начислено: {amounts}",
    "letter.push_earned.body": "За что, видно в приложении.",
    "letter.push_spent.subject": "Оплачено: {amounts}",
    "letter.push_spent.body": "Если это были не вы, сразу сообщите магазину.",
    "letter.push_expires.subject": "Скоро сгорят: {amounts}",
    "letter.push_expires.body": "Они действуют до {day}: успейте потратить.",
    "news.points": "{points|балл|балла|баллов}",
    "news.more": "{amount} ({title})",
}
