"""A desk whose database goes away and comes back: what was asked is answered, once."""

import asyncio
import threading
import time
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connections
from till_shop import open_shop

from regulars.contexts.till.models import Claim, Sale
from regulars.contexts.till.types import CommitSale, MemberKey, SaleView
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.till.decision import ReceiptFromFuture
from regulars.kit.database.home import Home
from regulars.kit.database.lead import django_on
from regulars.kit.database.server import EmbeddedServer
from regulars.kit.migrate import migrate


def commit(shop, member, number, *, at=None):
    receipt = shop.receipt(100, number=number, at=at)
    return CommitSale(receipt, MemberKey(ref=member), sha256(number.encode()).digest())


@pytest.fixture
def server(own_folder, monkeypatch):
    monkeypatch.delenv("REGULARS_DATABASE_FSYNC", raising=False)  # durability is what is tested
    server = EmbeddedServer(Home(own_folder / "home"))
    server.start()
    yield server
    server.ensure()
    server.stop()


@pytest.fixture
def shop(server, django_db_blocker):
    access = server.start()
    with django_db_blocker.unblock(), django_on(access):
        migrate(access.owner)
        with open_shop(access) as shop:
            yield shop


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_database_that_restarts_in_the_middle_is_waited_for(server, shop, how):
    anna, boris = shop.enrol("anna"), shop.enrol("boris")

    def go_away_and_come_back():
        if how == "kill":
            server._postmaster.find().kill()
            while server.is_running():
                time.sleep(0.01)
        else:
            server._postmaster.stop()
        server.ensure()

    async def story():
        sold = []

        async def till(number, member):
            for n in range(40):
                sold.append(await shop.desk.submit(commit(shop, member, f"{number}-{n}")))

        tills = [asyncio.create_task(till(n, (anna, boris)[n % 2])) for n in range(8)]
        while len(sold) < 40:
            await asyncio.sleep(0.01)
        restart = threading.Thread(target=go_away_and_come_back)
        restart.start()
        await asyncio.gather(*tills)
        await asyncio.to_thread(restart.join)
        return sold

    sold = shop.run(asyncio.wait_for(story(), 100))
    connections.close_all()  # those of the test itself were lost too
    assert all(isinstance(sale, SaleView) for sale in sold)
    assert len({sale.id for sale in sold}) == Sale.objects.count() == Claim.objects.count() == 320
    assert verify_books().books_are_right


def test_a_till_whose_clock_is_ahead_is_refused_and_nothing_is_written(shop):
    anna = shop.enrol("anna")
    shop.ask(commit(shop, anna, "now", at=shop.now + timedelta(minutes=9)))
    with pytest.raises(ReceiptFromFuture):
        shop.ask(commit(shop, anna, "ahead", at=shop.now + timedelta(minutes=11)))
    assert Sale.objects.count() == Claim.objects.count() == 1
