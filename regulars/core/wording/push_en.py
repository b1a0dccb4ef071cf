"""English sentences of notices to browsers."""

SENTENCES = {
    "push.off": "This installation sends no notices.",
    "push.malformed": "The browser named no place where notices could be sent.",
    "letter.push_sign_in.subject": "A new sign-in",
    "letter.push_sign_in.body": (
        "Somebody has just signed in to your card: {device}. If that was not you, sign that device out in the app."
    ),
    "letter.push_contact.subject": "Your contact was changed",
    "letter.push_contact.body": (
        "An e-mail address or phone of your card has just been changed. If that was not you, open the link in the letter to the old one."
    ),
    "letter.push_earned.subject": "You have earned {amounts}",
    "letter.push_earned.body": "The app says what for.",
    "letter.push_spent.subject": "Paid: {amounts}",
    "letter.push_spent.body": "If that was not you, tell the shop at once.",
    "letter.push_expires.subject": "Soon to expire: {amounts}",
    "letter.push_expires.body": "They are good until {day}: use them in time.",
    "news.points": "{points|point|points}",
    "news.more": "{amount} ({title})",
}
