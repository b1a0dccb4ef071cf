"""English texts of consents that an installation begins with; a lawyer should read them first."""

SENTENCES = {
    "consent.no_text": "Nobody can join here yet: the terms are not published.",
    "consent.required": "Without this consent a membership is not possible.",
    "consent.text_invalid": "Each consent needs a title and a text in both languages.",
    "consent.text.terms.title": "I accept the terms of the programme",
    "consent.text.terms.body": (
        "{business} credits points for purchases by the rules that are published in the programme. "
        "Points are not money and are not paid out. They are credited, spent and expire as the "
        "programme says; what a rule gave before it was changed stays. You may leave at any time; "
        "points that are left then lapse."
    ),
    "consent.text.personal_data.title": "I agree to the processing of my personal data",
    "consent.text.personal_data.body": (
        "{business} keeps what you enter here and your purchases, to run the programme: to credit "
        "points, to answer you and to prevent abuse. Nothing is sold. You can see, export and "
        "delete your data in the app at any time, and take this consent back; your membership "
        "ends then."
    ),
    "consent.text.email.title": "Write to me by e-mail about offers",
    "consent.text.email.body": (
        "{business} may send offers and news to your e-mail address, until you take this back in "
        "the app or by the link in any such letter."
    ),
    "consent.text.sms.title": "Write to me by SMS about offers",
    "consent.text.sms.body": (
        "{business} may send offers and news to your phone number by SMS, until you take this back "
        "in the app."
    ),
}
