"""Russian sentences of corrections in the books."""

SENTENCES = {
    "ledger.member_erased": "Участие удалено: за ним больше никто не стоит.",
}
