"""What gift cards and stored value must not touch: key figures, visits, members that are merged."""

import asyncio
from datetime import timedelta
from hashlib import sha256

from card_shop import CARDS, CardShop, use, wallet_line
from till_shop import NOW, open_shop

from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.figures import get_flows
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.contexts.till.types import CommitSale, MemberKey, ReturnGoods, SaleView
from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.transactions import in_transaction


def is_sound():
    verdict = verify_books()
    return verdict.books_are_right or verdict.differences


def test_the_key_figures_know_no_members_points_or_sales_of_cards(
    django_on_fresh_database, settings
):
    settings.SECRET_KEY = "s" * 32
    with open_shop(django_on_fresh_database, CARDS, NOW + timedelta(days=200)) as shop:
        cards = CardShop(shop, batch="figures")
        first, second, *_ = cards.cards
        dina = shop.enrol("dina")
        since, until = shop.now, shop.now + timedelta(hours=1)
        cards.load(first, 500)
        cards.give_back(cards.load(second, 300).key)
        cards.sell(extra=[wallet_line(70)], member=dina)
        cards.sell(100, cards=[use(first)], member=dina, wallet=None)
        (facts,) = list_period_facts([since], until)
        assert facts.everybody.paid_minor == 10_000
        assert facts.everybody.refund_minor == 0
        assert facts.flows.keys() <= {"points", "late"}
        assert get_flows(since, until, stored=["wallet"]).keys() <= {"points", "late"}
        assert facts.attendance.new == 1


def test_a_top_up_alone_is_no_visit_and_a_merged_members_wallet_goes_on(
    django_on_fresh_database, settings
):
    settings.SECRET_KEY = "s" * 32
    with open_shop(django_on_fresh_database, CARDS) as shop:
        cards = CardShop(shop, batch="merge", count=1)
        anna, double = shop.enrol("anna"), shop.enrol("double")
        top = cards.sell(extra=[wallet_line(50)], member=double)
        sale = cards.sell(30, member=double, wallet=None)
        assert shop.books(double).visits == 1
        in_transaction(
            lambda: merge_members(
                double,
                anna,
                programme=compiled_at(shop.now),
                reason_text="twice",
                now=shop.now,
                by=shop.by,
            )
        )
        assert shop.books(anna).balances["wallet"].active == 2_000
        cards.give_back(sale.key)
        assert shop.books(anna).balances["wallet"].active == 5_000
        back = cards.give_back(top.key)
        assert (back.refund_minor, back.kept_minor) == (5_000, 0)
        assert shop.books(anna).balances["wallet"].active == 0
        assert shop.books(anna).visits == 0
        assert is_sound() is True


def test_payments_and_returns_of_one_card_in_one_batch_are_decided_on_each_other(
    django_on_fresh_database, settings
):
    settings.SECRET_KEY = "s" * 32
    with open_shop(django_on_fresh_database, CARDS) as shop:
        cards = CardShop(shop, batch="together", count=2)
        gift, other = cards.cards
        cards.load(gift, 100)
        cards.load(other, 100)
        anna = shop.enrol("anna")
        sold = [cards.sell(20, cards=[use(gift)], member=anna) for _ in range(3)]
        before = cards.look(gift).balance

        def command(number):
            receipt = cards.receipt(10)
            digest = sha256(receipt.number.encode()).digest()
            who = MemberKey(ref=anna) if number % 2 else None
            shown = (use(gift), use(other)) if number % 3 else (use(other), use(gift))
            return CommitSale(receipt, who, digest, cards=shown)

        def back(sale):
            digest = sha256(f"{sale.id}".encode()).digest()
            return ReturnGoods(f"B{sale.key.number}", "s1", "t1", shop.now, sale.key, digest)

        commands = [command(0), back(sold[0]), command(1), command(2), back(sold[1]), command(3)]

        async def together():
            return await asyncio.gather(*map(shop.desk.submit, [*commands, back(sold[2])]))

        answers = shop.run(together())
        paid = sum(
            tender[2]
            for answer in answers
            if isinstance(answer, SaleView)
            for tender in answer.decision.tenders
        )
        assert paid == 4_000
        assert sum(cards.balances()) == before + 10_000 + 6_000 - paid
        assert is_sound() is True
