"""The budget items on offer for a plan: what programmes usually cost money for, by group."""

from typing import Literal, NamedTuple, get_args

Unit = Literal["one_off", "month", "member", "new_member", "message", "card", "point", "receipt"]
"""What an amount is paid for: once; a month; a member a month; one who joins; a message to a member;
a card given to one who joins; a point issued; a receipt of a member."""

Group = Literal[
    "software", "cards", "till", "training", "launch", "technology", "people", "rewards",
    "messages", "monitoring", "other",
]  # fmt: skip

UNITS: tuple[Unit, ...] = get_args(Unit)
GROUPS: tuple[Group, ...] = get_args(Group)


class BudgetItem(NamedTuple):
    """An item on offer: its group, the unit it is usually paid by, its title."""

    code: str
    group: Group
    unit: Unit
    en: str
    ru: str

    def title(self, language: str) -> str:
        """The title in `language`, English where there is none."""
        return self.ru if language == "ru" else self.en


ITEMS: tuple[BudgetItem, ...] = (
    BudgetItem("development", "software", "one_off", "Software development", "Разработка программ"),
    BudgetItem("app", "software", "one_off", "Mobile app", "Мобильное приложение"),
    BudgetItem("crm_integration", "software", "one_off", "CRM integration", "Интеграция с CRM"),
    BudgetItem("licence", "software", "month", "Licence", "Лицензия"),
    BudgetItem("card_design", "cards", "one_off", "Card design", "Дизайн карты"),
    BudgetItem("card_material", "cards", "card", "Card material", "Материал карты"),
    BudgetItem("card_printing", "cards", "card", "Card printing", "Печать карты"),
    BudgetItem("card_personalisation", "cards", "card", "Card personalisation", "Персонализация карты"),
    BudgetItem("nfc_chip", "cards", "card", "NFC chip", "NFC-чип"),
    BudgetItem("card_delivery", "cards", "card", "Card delivery", "Доставка карты"),
    BudgetItem("card_replacement", "cards", "member", "Replacement cards", "Замена карт"),
    BudgetItem("nfc_terminals", "till", "one_off", "NFC terminals", "NFC-терминалы"),
    BudgetItem("till_software", "till", "one_off", "Till software", "Программы для касс"),
    BudgetItem("till_setup", "till", "one_off", "Till set-up", "Настройка касс"),
    BudgetItem("training", "training", "one_off", "Staff training", "Обучение персонала"),
    BudgetItem("launch_advertising", "launch", "one_off", "Launch advertising", "Реклама запуска"),
    BudgetItem("pos_materials", "launch", "one_off", "Point-of-sale materials", "Материалы в местах продаж"),
    BudgetItem("servers", "technology", "month", "Servers", "Серверы"),
    BudgetItem("storage", "technology", "month", "Storage", "Хранение данных"),
    BudgetItem("security", "technology", "month", "Security", "Безопасность"),
    BudgetItem("support", "technology", "month", "Technical support", "Техническая поддержка"),
    BudgetItem("manager", "people", "month", "Programme manager", "Менеджер программы"),
    BudgetItem("requests", "people", "month", "Request handling", "Обработка обращений"),
    BudgetItem("disputes", "people", "month", "Disputes", "Разбор споров"),
    BudgetItem("discounts", "rewards", "receipt", "Discounts", "Скидки"),
    BudgetItem("gifts", "rewards", "member", "Gifts", "Подарки"),
    BudgetItem("cashback", "rewards", "receipt", "Cashback", "Кэшбэк"),
    BudgetItem("events", "rewards", "month", "Events", "Мероприятия"),
    BudgetItem("partners", "rewards", "month", "Partner programmes", "Партнёрские программы"),
    BudgetItem("sms", "messages", "message", "SMS", "СМС"),
    BudgetItem("email", "messages", "message", "E-mail", "Электронные письма"),
    BudgetItem("push", "messages", "message", "Push messages", "Пуш-сообщения"),
    BudgetItem("messenger", "messages", "message", "Messengers", "Мессенджеры"),
    BudgetItem("monitoring", "monitoring", "month", "Monitoring", "Мониторинг"),
)  # fmt: skip
BY_CODE = {item.code: item for item in ITEMS}
