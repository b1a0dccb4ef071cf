"""Russian sentences about economic plans."""

SENTENCES = {
    "plan.invalid": "В плане {count|ошибка|ошибки|ошибок}.",
    "plan.range_half": "У диапазона два конца: укажите low и high или ни одного.",
    "plan.range_order": "Low, likely и high должны идти по возрастанию.",
    "plan.out_of_bounds": "Число и его диапазон должны лежать между {low} и {high}.",
    "plan.worth_nothing": "Балл должен чего-то стоить.",
    "plan.tiers_over_all": "В уровнях вместе больше участников, чем их есть.",
    "plan.item_unknown": "Статьи бюджета «{item}» в каталоге нет; уберите её и укажите группу и единицу.",
    "plan.item_incomplete": "Статье не из каталога нужны группа и единица.",
    "plan.item_never": "Статья кончается раньше, чем начинается.",
    "plan.one_off_lasts": "У разового расхода не бывает последнего месяца.",
    "plan.item_after_end": "Статья начинается позже, чем кончается план ({months|месяц|месяца|месяцев}).",
    "plan.code_twice": "Код «{code}» стоит здесь дважды.",
    "plan.assumption_unknown": "Допущения «{name}» в плане нет.",
    "plan.correlated_with_itself": "Допущение не может быть связано само с собой.",
    "plan.correlations_contradict": "Корреляции противоречат друг другу: числа так двигаться не могут.",
}
