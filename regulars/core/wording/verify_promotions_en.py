"""English sentences of the proof of coupons and shared limits."""

SENTENCES = {
    "verify.sale_counters": "sale {sale}: what it counted towards the member's limits differs from its transaction",
    "verify.coupon_sale": "sale {sale}: its coupons differ from what their journal tells",
    "verify.coupon_uses": "{count|coupon|coupons} whose uses differ from the journal",
    "verify.coupon_over": "{count|coupon|coupons} used more often than allowed",
    "verify.coupon_missing": "{count|entry|entries} in the journal of coupons that do not exist",
    "verify.coupon_given_back": "{count|coupon use|coupon uses} given back by returns that do not exist",
    "verify.limit_used": "limit {limit}, period {period}: {stored} noted as used, sales and returns prove {proved}",
    "verify.limit_over": "limit {limit}, period {period}: more is used than there is",
    "verify.limit_shards": "limit {limit}, period {period}: its parts do not add up to the limit",
}
