"""Behind a stated proxy, limits count each client; who forges the header counts as themselves."""

from ipaddress import ip_network

from starlette.testclient import TestClient

from regulars.project.proxies import behind
from regulars.web.api.app import build_app

PATH = "/till/v1/quotes"


def wrong(client, told):
    headers = {"Authorization": "Bearer rk_wrong", "X-Forwarded-For": told}
    return client.post(PATH, headers=headers, json={}).status_code


def test_wrong_keys_of_one_client_do_not_stop_another_behind_the_proxy(world_database, settings):
    settings.WRONG_KEYS_PER_10_MIN = 3
    proxies = (ip_network("10.0.0.5"),)
    app = build_app()
    with TestClient(app):
        through = TestClient(behind(proxies, app), client=("10.0.0.5", 1))
        statuses = [wrong(through, f"{n}.9.9.9, 203.0.113.9") for n in range(1, 15)]
        assert statuses[0] == 401
        assert statuses[-1] == 429  # the made-up front of the header is no way round
        assert wrong(through, "203.0.113.10") == 401
        forger = TestClient(behind(proxies, app), client=("198.51.100.1", 1))
        statuses = [wrong(forger, f"203.0.113.{n}") for n in range(20, 34)]
        assert statuses[-1] == 429
