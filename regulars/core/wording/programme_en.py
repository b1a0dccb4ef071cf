"""English sentences about programme documents: what is wrong with one, what changed in it."""

SENTENCES = {
    "programme.invalid": "The programme has {count|problem|problems}.",
    # the text as such
    "programme.too_large": "The document is larger than {limit} bytes.",
    "programme.too_many_values": "The document holds more than {limit} values.",
    "programme.too_deep": "The document is nested deeper than {limit} levels here.",
    "programme.not_a_document": (
        "A programme is a list of fields with values (`code: …`, `title: …`); this is not."
    ),
    "programme.not_json": "This is not valid JSON.",
    "programme.not_yaml": "This is not valid YAML.",
    "programme.not_yaml_at": "This is not valid YAML: look at line {line}, column {column}.",
    "programme.key_twice": "The field «{word}» stands twice in one place.",
    "programme.key_not_text": "The name of a field must be text, not «{word}».",
    "programme.yaml_key_twice": (
        "Line {line}, column {column}: the field «{word}» stands here twice."
    ),
    "programme.yaml_key_not_text": (
        "Line {line}, column {column}: put the name of the field «{word}» in quotes."
    ),
    "programme.yaml_alias": (
        "Line {line}, column {column}: references (`*name`) are not allowed, write it out."
    ),
    "programme.yaml_tag": "Line {line}, column {column}: tags (`!name`) are not allowed.",
    "programme.yaml_too_deep": ("Line {line}, column {column}: nested deeper than {limit} levels."),
    "programme.text_too_long": "No text may be longer than {limit} characters.",
    "programme.text_wrong": "The text holds characters that cannot be stored.",
    "programme.number_wrong": "The number is too large.",
    "programme.not_plain": "Only texts, numbers, yes or no, lists and fields may stand here.",
    # fields
    "programme.missing": "The field «{field}» is missing.",
    "programme.unknown_field": "There is no field «{field}» here; check the spelling.",
    "programme.kind_missing": "Say which `kind` it is.",
    "programme.kind_unknown": "There is no such `kind`; one of {limit} is.",
    "programme.one_of": "«{value}» cannot stand here; one of {limit} can.",
    "programme.more_than": "The number must be more than {limit}.",
    "programme.at_least": "The number must be {limit} or more.",
    "programme.less_than": "The number must be less than {limit}.",
    "programme.at_most": "The number must be {limit} or less.",
    "programme.pattern": "«{value}» is not written as it must be here.",
    "programme.code_wrong": (
        "«{value}» is no code: lower-case Latin letters, digits and - _ . are, 40 at most."
    ),
    "programme.language_unknown": "There is no language «{value}»; there are en and ru.",
    "programme.money_wrong": (
        "«{value}» is no currency of money: three capital letters, such as RUB, are."
    ),
    "programme.clock_wrong": (
        '«{value}» is no time of day: write "08:00", with both zeros and in quotes.'
    ),
    "programme.text_expected": "A text is expected here.",
    "programme.text_empty": "The text must not be empty.",
    "programme.text_at_most": "The text is longer than {limit} characters.",
    "programme.whole_number_expected": "A whole number is expected here.",
    "programme.number_expected": "A number is expected here.",
    "programme.yes_or_no_expected": "true or false is expected here.",
    "programme.mapping_expected": "Fields with values are expected here.",
    "programme.list_expected": "A list is expected here.",
    "programme.too_many": "There may be {limit} at most.",
    "programme.too_few": "There must be at least {limit}.",
    "programme.too_many_digits": "The number has more than {limit} digits.",
    "programme.too_many_decimals": "{value} has too many decimals: at most {scale} can be here.",
    "programme.too_many_decimals_at_all": "The number has more than {limit} decimals.",
    "programme.value_wrong": "This value cannot stand here.",
    "programme.moment_wrong": (
        "A date (2026-12-01) or a moment (2026-12-01T10:00:00+03:00) is expected here."
    ),
    "programme.moment_without_offset": (
        "A time of day needs its offset: 2026-12-01T10:00:00+03:00."
    ),
    "programme.zone_unknown": "There is no time zone «{word}»; write it like Europe/Moscow.",
    # the parts together
    "programme.mechanic_unknown": "There is no mechanic «{word}». There are: {known}.",
    "programme.currency_unknown": "There is no currency «{word}» in the programme. Known: {known}.",
    "programme.tier_unknown": "There is no tier «{word}» in this programme. Known: {known}.",
    "programme.rule_unknown": "There is no earning rule «{word}» in this programme.",
    "programme.promotion_unknown": "There is no promotion «{word}» in this programme.",
    "programme.promotion_twice": "Two promotions have the id «{id}».",
    "programme.group_twice": "Two groups have the id «{id}».",
    "programme.budget_twice": "Two budgets have the id «{id}».",
    "programme.group_unknown": "There is no group of promotions «{word}». Known: {known}.",
    "programme.budget_unknown": "There is no budget «{word}» in the programme. Known: {known}.",
    "programme.stacks_with_unknown": "There is no promotion or group «{word}» to go together with.",
    "programme.stacks_with_unused": "`stacks_with` says something only with `stacks: listed`.",
    "programme.coupon_expected": "A coupon of «{id}» is given, but coupons do not switch it on: its trigger must be `coupon`.",
    "programme.codes_needed": "Promo codes are needed with `kind: code`, and only there.",
    "programme.promotion_kind_unknown": "There is no kind of promotion «{word}». There are: {known}.",
    "programme.cap_empty": "A limit needs at least one of `uses`, `money` and `units`.",
    "programme.cap_of_receipt": "A limit per receipt has no period.",
    "programme.early_without_since": "Early access needs `valid.since`: what it is earlier than.",
    "programme.early_too_late": "Early access begins no earlier than the promotion itself.",
    "programme.code_of_two": "The code «{word}» switches on «{other}» too. One code belongs to one offer; its parts have one name and the same codes.",
    "programme.rule_twice": "Two earning rules have the id «{id}».",
    "programme.status_cannot_pay": (
        "Status points only count towards tiers: they cannot pay. Remove `redeem`, or make the "
        "currency one of another kind."
    ),
    "programme.duration_mixed": "Months and days cannot be mixed with hours and minutes.",
    "programme.duration_zero": "The time must be longer than nothing.",
    "programme.expires_before_usable": "Points would expire before they can be spent: shorten `activation`.",
    "programme.since_or_until": "Give `since`, or `until`, or both.",
    "programme.period_empty": "The period ends before it begins.",
    "programme.levels_same_code": "Two tiers have the same code.",
    "programme.first_level_is_everybodys": (
        "The first tier is everybody's: its threshold is 0 and it is not by invitation."
    ),
    "programme.thresholds_must_rise": "Each tier must need more than the one before it.",
    "programme.ladder_currency": "Name the `currency` exactly when `measure` is points.",
    "programme.event_has_no_receipt": (
        "This rule is for events, which have no receipt: the condition «{condition}» cannot hold."
    ),
    "programme.event_has_no_goods": "This rule is for events, which have no goods.",
    "programme.exclusive_currencies": (
        "The rules of the group «{group}» earn different currencies («{other}» and this one): "
        "the best of them cannot be told."
    ),
    "programme.exclusive_kinds": (
        "The group «{group}» mixes multipliers, bonuses for events and other rules («{other}» and "
        "this one): the best of them cannot be told."
    ),
    "programme.min_or_max": "Give the least, the most, or both.",
    "programme.min_over_max": "The least is more than the most.",
    "programme.in_or_at_least": "Give either `in` or `at_least`.",
    "programme.every_or_at": "Give either `every` or `at`.",
    "programme.one_question": "Ask one question: `eq`, `in`, or `min` and `max`.",
    "programme.hours_empty": "The window of hours is empty.",
    "programme.steps_must_rise": "Each step must begin at a higher amount than the one before it.",
    "programme.no_rates": "At least one rate must be more than 0.",
    "programme.custom_event_name": "A `name` is given exactly when `event` is custom.",
    "programme.when_one_key": (
        "A condition is one name with its parameters, such as `tier: {{in: [gold]}}`; "
        "join several with `all`, `any` or `not`."
    ),
    "programme.when_list": "A list of conditions is expected here.",
    "programme.when_unknown": "There is no condition «{word}». Did you mean: {near}?",
    "programme.when_too_large": (
        "The conditions are too many: {nodes_max} in all, {depth_max} levels deep, is the most."
    ),
    # differences
    "programme.added": "{place}: added {after}.",
    "programme.removed": "{place}: removed {before}.",
    "programme.changed": "{place}: {before} → {after}.",
    "programme.moved": "{place}: moved from place {before} to place {after}.",
    "programme.nothing": "nothing",
    "programme.yes": "yes",
    "programme.no": "no",
    "programme.months": "{n|month|months}",
    "programme.days": "{n|day|days}",
    "programme.hours": "{n|hour|hours}",
    "programme.minutes": "{n|minute|minutes}",
    "programme.item_rule": "rule «{name}»",
    "programme.item_promotion": "promotion «{name}»",
    "programme.item_group": "group «{name}»",
    "programme.item_budget": "budget «{name}»",
    "programme.item_level": "tier «{name}»",
    "programme.item_currency": "currency «{name}»",
    "programme.item_membership": "membership «{name}»",
    "programme.item_place": "place {name}",
}
