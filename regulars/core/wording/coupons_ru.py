"""Русские предложения о купонах: серии, коды, их судьба и команды."""

SENTENCES = {
    "coupon.batch_not_found": "Такой серии купонов нет.",
    "coupon.not_found": "Такого купона нет.",
    "coupon.mistyped": "Контрольный знак не сходится: код прочитан или набран с ошибкой.",
    "coupon.batch_code_taken": "Серия «{batch}» уже есть.",
    "coupon.batch_revoked": "Серия «{batch}» отозвана и не меняется. Создайте новую.",
    "coupon.batch_has_no_pattern": (
        "Коды серии «{batch}» приходят извне: загрузите их или создайте серию с шаблоном."
    ),
    "coupon.batch_invalid": "Серия не может быть такой: {field}.",
    "coupon.promotion_unknown": (
        "В действующей программе нет акции «{promotion}», которая включается купоном."
    ),
    "coupon.count_invalid": "За один раз от 1 до {most|кода|кодов|кодов}.",
    "coupon.pattern_invalid": (
        "В шаблоне есть ? (буква или цифра), # (цифра) и, если нужно, в конце * (контрольный знак);"
        " буквы, цифры и дефисы означают сами себя. Например SPRING-????-???*."
    ),
    "coupon.pattern_guessable": (
        "{count|код|кода|кодов} по такому шаблону можно подобрать; безопасно {most|код|кода|кодов}."
        " Добавьте в шаблон {more|знак|знака|знаков} ?."
    ),
    "coupon.none_left": "Все коды серии «{batch}» розданы. Загрузите ещё.",
    "coupon.owner_not_active": "Участник закрыт или заблокирован: купоны не выдаются.",
    "coupon.code_malformed": (
        "Это не код: нужно от {least} до {most} букв, цифр и знаков, пробелы и дефисы не в счёт."
    ),
    "coupon.row_invalid": "Это нельзя понять: {field}.",
    "coupon.code_taken": "Код стоит в другой серии.",
    "coupon.code_confusable": (
        "Уже есть код, который люди не отличат от этого (0 и О, 1 и I, дефисы)."
    ),
    "coupon.owner_unknown": "Такой карты или внешнего номера ни у кого нет.",
    "code.pause": (
        "Слишком много неверных кодов: снова коды принимаются через {seconds|секунду|секунды|секунд}."
    ),
    "coupon.status.waiting": "ещё не выдан",
    "coupon.status.not_yet": "ещё не действует",
    "coupon.status.ready": "готов",
    "coupon.status.reserved": "зарезервирован расчётом",
    "coupon.status.used": "использован",
    "coupon.status.expired": "истёк",
    "coupon.status.revoked": "отозван",
    "coupon.status.batch_revoked": "отозван вместе с серией",
    "coupon.what.issued": "выдан",
    "coupon.what.reserved": "зарезервирован расчётом",
    "coupon.what.released": "отпущен расчётом",
    "coupon.what.used": "использован с покупкой",
    "coupon.what.given_back": "возвращён с возвратом",
    "coupon.what.revoked": "отозван",
    "coupon.kind.made": "созданы здесь",
    "coupon.kind.imported": "загружены",
    "coupon.kind.issued": "выданы покупками и наградами",
    "coupon.batch_open": "действует",
    "coupon.batch_closed": "отозвана",
    "cli.coupons_batch": "Серия",
    "cli.coupons_promotion": "Акция",
    "cli.coupons_pattern": "Коды",
    "cli.coupons_made": "Купонов",
    "cli.coupons_status": "Состояние",
    "cli.coupons_until": "Действует до",
    "cli.coupons_none": "Купонов ещё нет.",
    "cli.coupons_generating": "Создание кодов",
    "cli.coupons_generated": "В серии «{batch}» {count|создан|создано|создано} {count|купон|купона|купонов}.",
    "cli.coupons_importing": "Загрузка кодов",
    "cli.coupons_imported": "Добавлено {added|код|кода|кодов}, уже было: {found}.",
    "cli.coupons_rejected": "{rows|строка|строки|строк} не принято; они в файле {file}.",
    "cli.coupons_reject": "строка {line}: {reason}",
    "cli.coupons_no_code_column": "В файле нет столбца с кодами. Укажите: --column code=ЗАГОЛОВОК.",
    "cli.coupons_columns_unclear": "«{told}» не подходит: ПОЛЕ=ЗАГОЛОВОК, где ПОЛЕ — code, uses, since, until, card или external.",
    "cli.coupons_columns": "Столбцы: {columns}",
    "cli.coupons_exporting": "Выгрузка кодов",
    "cli.coupons_exported": "{coupons|купон|купона|купонов} записано в {file}.",
    "cli.coupons_revoked": "Купон отозван.",
    "cli.coupons_batch_revoked": "Серия «{batch}» отозвана со всеми купонами.",
    "cli.coupons_which": "Укажите, что именно: коды или --batch.",
    "cli.coupons_one_coupon": "{coupon}: {status}. Акция «{promotion}», серия «{batch}», использован {uses} из {uses_max}.",
    "cli.coupons_window": "Действует с {since} до {until}.",
    "cli.coupons_owner": "Принадлежит участнику {member}.",
    "cli.coupons_moment": "{at}  {what}  {source}  {by}",
    "cli.promotions_none": "В программе нет акций.",
    "cli.promotions_id": "Акция",
    "cli.promotions_kind": "Вид",
    "cli.promotions_trigger": "Включается",
    "cli.promotions_title": "Название",
    "cli.promotions_valid": "Действует",
    "cli.promotions_on": "да",
    "cli.promotions_off": "выключена",
    "cli.promotions_to_pay": "К оплате: {amount} из {before}",
    "cli.promotions_code": "Код {typed}: {reason}",
    "cli.promotions_missed": "→ {offer}",
    "cli.promotions_receipt_unreadable": "Чек нельзя прочитать: {problem}",
}
