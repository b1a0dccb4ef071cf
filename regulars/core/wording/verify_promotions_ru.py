"""Russian sentences of the proof of coupons and shared limits."""

SENTENCES = {
    "verify.sale_counters": "продажа {sale}: что она засчитала в ограничения участника, расходится с её проводкой",
    "verify.coupon_sale": "продажа {sale}: её купоны расходятся с их журналом",
    "verify.coupon_uses": "{count|купон|купона|купонов}, применения которых расходятся с журналом",
    "verify.coupon_over": "{count|купон применён|купона применены|купонов применены} чаще, чем можно",
    "verify.coupon_missing": "{count|запись|записи|записей} в журнале о купонах, которых нет",
    "verify.coupon_given_back": "{count|применение купона вернул|применения купона вернул|применений купона вернул} возврат, которого нет",
    "verify.limit_used": "ограничение {limit}, период {period}: записано {stored}, по продажам и возвратам {proved}",
    "verify.limit_over": "ограничение {limit}, период {period}: израсходовано больше, чем есть",
    "verify.limit_shards": "ограничение {limit}, период {period}: его части не складываются в целое",
}
