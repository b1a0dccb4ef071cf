"""Русские фразы `regulars warehouse`."""

SENTENCES = {
    "warehouse.missing": "В {folder} нет хранилища хотя бы с одной продажей: его создаёт `regulars warehouse export`.",
    "warehouse.broken": "Опись хранилища повреждена: выгрузите его заново с --rebuild.",
    "warehouse.progress": "Копирование в хранилище",
    "warehouse.exported": "Записано: {rows|строка|строки|строк}, {parts|файл|файла|файлов}; уже в порядке: {kept|файл|файла|файлов}.",
    "warehouse.folder": "Хранилище лежит в {folder}.",
    "warehouse.differs": "Таблица {table}, {month}: {why}, ожидалось {expected}, найдено {found}",
    "warehouse.stale": "С выгрузки в книгах появилось новое: {months}.",
    "warehouse.right": "Хранилище сходится: {parts|файл|файла|файлов}, {rows|строка|строки|строк}.",
    "warehouse.wrong": "Хранилище не сходится: {differences|расхождение|расхождения|расхождений}. Выгрузите его заново с --rebuild.",
}
