"""Russian sentences about versions of the programme and their publication."""

SENTENCES = {
    "programme.not_found": "Версии {number} у программы нет.",
    "programme.publication_not_found": "Такой публикации у программы нет.",
    "programme.none_in_force": (
        "Сейчас не действует ни одна программа: сначала опубликуйте какую-нибудь версию."
    ),
    "programme.not_a_draft": (
        "Версия {number} уже не черновик и меняться не может. Сделайте из неё новый черновик."
    ),
    "programme.not_approved": (
        "Версию {number} опубликовать нельзя: публикуют только утверждённую и не снятую версию."
    ),
    "programme.changed_meanwhile": (
        "Версию {number} тем временем кто-то изменил. Посмотрите её ещё раз и повторите."
    ),
    "programme.version_in_use": (
        "Версия {number} действует или скоро начнёт. Сначала отзовите её публикацию."
    ),
    "programme.version_dropped": "Версия {number} уже снята с использования.",
    "programme.never_live": (
        "Версия {number} никогда не действовала, возвращаться не к чему. Просто опубликуйте её."
    ),
    "programme.publication_over": (
        "Эта публикация версии {number} уже не действует: она отозвана, "
        "или её сменила более поздняя."
    ),
    "programme.nothing_left": (
        "Без версии {number} не действовала бы ни одна программа. Опубликуйте другую версию: "
        "она сменит эту сама."
    ),
    "programme.backdating_refused": (
        "Продажи уже есть, поэтому ввести версию в действие задним числом больше нельзя."
    ),
    "programme.succession_broken": "Эта версия не может продолжить те, что уже действовали.",
    "programme.money_changed": (
        "Деньги программы нельзя сменить с {old} на {new}: в них посчитаны прошлые продажи."
    ),
    "programme.currency_dropped": (
        "Нет валюты «{currency}», а она может быть у участников. Чтобы закончить с ней, оставьте "
        "её без правил."
    ),
    "programme.currency_scale_changed": (
        "У валюты «{currency}» знаков после запятой было {old}, стало {new}. От этого изменилась "
        "бы цена всех остатков; заведите новую валюту."
    ),
    "programme.currency_kind_changed": (
        "Валюта «{currency}» была вида «{old}», стала «{new}». У участников есть её остатки; "
        "заведите новую валюту."
    ),
}
