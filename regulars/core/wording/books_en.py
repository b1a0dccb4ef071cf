"""English sentences of corrections in the books."""

SENTENCES = {
    "ledger.member_erased": "The membership was erased: nobody stands behind it any more.",
}
