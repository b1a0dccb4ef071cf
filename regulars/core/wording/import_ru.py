"""Russian sentences of `regulars receipts import`: what it says, and why it does not take a row."""

SENTENCES = {
    "import.file_unreadable": "Файл {file} не читается: {reason}.",
    "import.file_broken": "Файл {file} повреждён: дочитать его не удаётся.",
    "import.file_not_table": "Это не таблица: не CSV, не Parquet и не XLSX.",
    "import.file_empty": "В файле нет строк.",
    "import.file_too_large": "Больше, чем берёт загрузка: столбцов, строк или знаков в строке ({what}).",
    "import.column_unknown": "Такого столбца нет: «{column}». Есть: {known}.",
    "import.columns_missing": "Нет столбца для: {missing}. Укажите его через --column. Столбцы файла: {columns}.",
    "import.mapping_invalid": "В файле соответствий ошибка: «{part}».",
    "import.preset_mismatch": "В файле нет столбцов набора «{preset}»: {columns}.",
    "import.rejects_unwritable": "Файл {file} не записать: {reason}.",
    "import.running": "С этой базой уже работает другая загрузка.",
    "import.upload_gone": "Загруженного файла больше нет: передайте его снова.",
    "import.upload_too_many": "Загрузки уже ждёт достаточно файлов: {most}. Сначала загрузите или удалите какие-то из них.",
    "import.upload_too_large": "В файле {size} МБ, консоль берёт до {most} МБ. Сожмите его gzip или возьмите команду regulars receipts import.",
    "import.upload_not_found": "Такого файла нет, или его передал кто-то другой.",
    "import.upload_nobody": "У того, кто просил о загрузке, больше нет открытой учётной записи.",
    "import.reading": "{rows|строка|строки|строк}, {format}; кодировка: {encoding}, разделитель: {delimiter}",
    "import.preset": "Узнан набор: {preset}",
    "import.column": "  {field} ← {columns}",
    "import.columns_left": "  не используются: {columns}",
    "import.zone": "Время без смещения читается как {zone}.",
    "import.before_programme": (
        "Для {receipts|чека|чеков|чеков} программа ещё не действовала (первый: {first}); "
        "введите версию с этого дня: regulars programme publish N --from {first}"
    ),
    "import.progress_reading": "Чтение",
    "import.progress_members": "Вступление",
    "import.progress": "Загрузка",
    "import.dry_run": "Пробный прогон: ничего не записано.",
    "import.sold": (
        "Продажи:    {rows|строка|строки|строк}, {amount} {money}, "
        "{receipts|чек|чека|чеков} (уже были: {already})"
    ),
    "import.returned": (
        "Возвраты:   {rows|строка|строки|строк}, {amount} {money}, "
        "{receipts|возврат|возврата|возвратов} (уже были: {already})"
    ),
    "import.refused": "Отклонено:  {rows|строка|строки|строк}, {amount} {money}",
    "import.refused_because": "  {rows}, {amount} {money}: {reason}",
    "import.whole": "Всего:      {rows|строка|строки|строк}, {amount} {money}",
    "import.members": "Участники:  {customers|покупатель|покупателя|покупателей}, новых: {new}",
    "import.anonymous": (
        "{receipts|продажа|продажи|продаж} неизвестных покупателей: загружено без участника "
        "(--enrol делает их участниками)."
    ),
    "import.rejects_file": "Отклонённые строки: {file}",
    "import.columns_count": "В строке {found|ячейка|ячейки|ячеек} вместо {expected}.",
    "import.text_broken": "Текст в поле «{field}» повреждён.",
    "import.text_too_long": "Текст в поле «{field}» слишком длинный.",
    "import.date_missing": "Нет даты.",
    "import.date_unreadable": "Дата не читается.",
    "import.number_missing": "Нет номера чека.",
    "import.number_unreadable": "Число в поле «{field}» не читается.",
    "import.quantity_missing": "Нет количества.",
    "import.quantity_zero": "Количество — ноль.",
    "import.amount_missing": "Нет ни цены, ни суммы.",
    "import.price_negative": "Цена отрицательная: это не продажа и не возврат.",
    "import.too_large": "Количество или сумма неправдоподобно велики.",
    "import.kind_unknown": "Вид операции — не продажа и не возврат.",
    "import.stock_correction": "Товар ушёл или пришёл даром: это правка остатков, а не возврат.",
    "import.nothing_sold": "Неизвестно кто взял товар даром: это правка остатков.",
    "import.other_customer": "В строке другой покупатель, чем в чеке.",
    "import.too_many_lines": "В чеке больше строк, чем бывает: тот ли это столбец с номером чека?",
    "import.number_of_another_day": "Чек с этим номером уже есть в более ранний день.",
    "return.no_member": "Товар вернули без покупателя и без номера чека продажи.",
    "return.no_sale": "Более ранней продажи этого товара этому покупателю нет.",
    "return.not_enough_left": "От прежних продаж этого товара осталось меньше, чем вернули.",
    "return.dearer_than_sold": "Товар вернули дороже, чем он был продан.",
    "return.sale_too_old": "Продажа слишком давняя для возврата.",
}
