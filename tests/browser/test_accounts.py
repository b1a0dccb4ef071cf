"""Signing in, protecting an account, joining: in a real browser, with a virtual authenticator."""

import re
import secrets
from base64 import b32decode
from urllib.parse import urlsplit

import pytest

from browser.pages import looked_at
from browser.site import PASSWORD, THEMES, WIDTHS
from regulars.contexts.members.usecases.consent_texts import publish_first_texts
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.staff import create_staff
from regulars.core.code_app import code_at, step_at
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

SIGN_IN = {"en": "Sign in", "ru": "Войти"}
WORDS = {
    "en": {
        "email": "E-mail address",
        "password": "Password",
        "device": "Use this device: fingerprint, face or PIN",
        "passkey": "Sign in with a passkey",
        "factor": "Second factor",
        "sign_out": "Sign out",
    },
    "ru": {
        "email": "Электронная почта",
        "password": "Пароль",
        "device": "Это устройство: отпечаток, лицо или PIN",
        "passkey": "Войти с ключом доступа",
        "factor": "Второй фактор",
        "sign_out": "Выйти",
    },
}


@pytest.fixture
def newcomer(site):
    """The address of a colleague without a second factor."""

    def make(language="en", role=Role.OWNER):
        email = f"new-{secrets.token_hex(4)}@example.org"

        def work():
            create_staff(
                email=email, name="Вера Новикова", role=role, language=language,
                password=PASSWORD, now=utc_now(), by=site._by(),
            )  # fmt: skip

        site.do(lambda: in_transaction(work))
        return email

    return make


@pytest.fixture(scope="module")
def terms(site):
    site.do(
        lambda: in_transaction(lambda: publish_first_texts("Лавка", now=utc_now(), by=site._by()))
    )


def at(path):
    """Whether an address is this page (and not one that only leads there)."""
    return lambda url: urlsplit(url).path == path


def with_authenticator(watched):
    """Give the window a device with a fingerprint that always fits."""
    debugger = watched.context.new_cdp_session(watched.page)
    debugger.send("WebAuthn.enable")
    told = debugger.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return debugger, told["authenticatorId"]


def sign_in(page, email, language="en"):
    words = WORDS[language]
    page.get_by_label(words["email"]).fill(email)
    page.get_by_label(words["password"], exact=True).fill(PASSWORD)
    page.get_by_role("button", name=SIGN_IN[language], exact=True).click()


@pytest.mark.parametrize(
    ("language", "width", "theme"), [("en", WIDTHS[0], "dark"), ("ru", WIDTHS[2], "light")]
)
def test_a_passkey_is_made_at_the_first_sign_in_and_opens_the_next(
    window, newcomer, language, width, theme
):
    words = WORDS[language]
    watched = window(width=width, theme=theme, language=language)
    with_authenticator(watched)
    page = watched.page
    watched.goto("/console/account/")
    assert "/console/sign-in/?next=" in page.url
    watched.assert_sound()
    sign_in(page, newcomer(language), language)
    page.wait_for_url(at("/console/account/"))
    watched.goto("/console/staff/")
    assert "/console/account/protect/" in page.url
    watched.assert_sound()
    page.get_by_role("button", name=words["device"]).click()
    page.wait_for_url(at("/console/staff/"))
    watched.assert_sound()
    watched.goto("/console/account/")
    watched.assert_sound()
    page.context.clear_cookies()
    watched.goto("/console/sign-in/?next=/console/account/")
    page.get_by_role("button", name=words["passkey"]).click()
    page.wait_for_url(at("/console/account/"))
    assert page.get_by_role("heading", name=words["factor"]).is_visible()


def test_a_wrong_finger_is_told_in_a_sentence(window):
    watched = window()
    debugger, authenticator = with_authenticator(watched)
    debugger.send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False}
    )
    watched.goto("/console/sign-in/")
    watched.page.get_by_role("button", name="Sign in with a passkey").click()
    says = watched.page.locator("[data-passkey-says]")
    says.get_by_text("cancelled, or took too long").wait_for()
    watched.assert_sound()


@pytest.mark.parametrize("theme", THEMES)
def test_a_code_app_is_set_up_and_asked_for(window, newcomer, theme):
    watched = window(theme=theme)
    page, email = watched.page, newcomer()
    watched.goto("/console/sign-in/")
    sign_in(page, email)
    page.wait_for_url(at("/console/account/protect/"))
    page.get_by_role("link", name="Use a code app on the phone").click()
    page.wait_for_url(at("/console/account/code-app/"))
    watched.assert_sound()
    page.get_by_text("I cannot scan").click()
    spelled = page.locator("#secret").inner_text().replace(" ", "")
    raw = b32decode(spelled + "=" * (-len(spelled) % 8))
    watched.forgiven.add(422)
    page.get_by_label("Six digits").fill("000000")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("These digits are not right").wait_for()
    watched.assert_sound()
    step = step_at(utc_now())
    page.get_by_label("Six digits").fill(code_at(raw, step))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    watched.assert_sound()
    paper = page.locator("#codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    page.context.clear_cookies()
    watched.goto("/console/sign-in/")
    sign_in(page, email)
    page.wait_for_url(at("/console/sign-in/code/"))
    watched.assert_sound()
    page.get_by_label("Code from the app").fill(paper)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(at("/console/"))


@pytest.mark.parametrize(
    ("language", "width", "theme"), [("ru", WIDTHS[0], "light"), ("en", WIDTHS[1], "dark")]
)
def test_a_stranger_joins_and_comes_back_by_passkey(window, site, terms, language, width, theme):
    watched = window(width=width, theme=theme, language=language)
    with_authenticator(watched)
    page = watched.page
    watched.goto("/join/?store=s1")
    watched.assert_sound()
    contact = f"guest-{secrets.token_hex(4)}@example.org"
    page.locator("#id_contact").fill(contact)
    page.locator("form.form button").click()
    page.wait_for_url(at("/app/sign-in/code/"))
    watched.assert_sound()
    code = re.search(r"\b\d{6}\b", site.deliver()[-1])[0]
    page.locator("#id_code").fill(code)
    page.locator("form.form button").click()
    page.wait_for_url(at("/join/"))
    watched.assert_sound()
    watched.forgiven.add(422)
    page.locator("#id_given_name").fill("Боря <b>")
    page.locator("form.form button").click()
    page.locator(".field [id$=error]").first.wait_for()
    watched.assert_sound()
    for purpose in ("terms", "personal_data"):
        page.locator(f"#id_consent_{purpose}").check()
    page.locator("form.form button").click()
    page.wait_for_url(at("/app/"))
    watched.goto("/app/account/")
    watched.assert_sound()
    page.locator("[data-passkey=create]").click()
    page.locator("ul.list li").first.wait_for()
    watched.assert_sound()
    page.context.clear_cookies()
    watched.goto("/app/sign-in/?next=/app/account/")
    watched.assert_sound()
    page.locator("[data-passkey=get]").click()
    page.wait_for_url(at("/app/account/"))


PATHS = [
    "/console/staff/",
    "/console/staff/invite/",
    "/console/start/store/",
    "/console/start/till/",
    "/console/start/sale/?amount=500",
    "/console/forgotten/",
    "/demo/letters/",
    "/console/consents/",
    "/console/consents/terms/",
]


@pytest.mark.parametrize(("path", "language", "width"), looked_at(PATHS))
def test_a_page_of_accounts_is_sound(window, terms, owner, path, language, width):
    page = window(token=owner, width=width, language=language).goto(path)
    page.assert_sound_in_both_themes()


def test_a_colleague_is_invited_and_comes_in(window, site, owner):
    boss = window(token=owner)
    boss.goto("/console/staff/invite/")
    address = f"invited-{secrets.token_hex(4)}@example.org"
    boss.page.get_by_label("E-mail address").fill(address)
    boss.page.get_by_label("Role").select_option("support")
    boss.page.get_by_role("button", name="Send the invitation").click()
    boss.page.wait_for_url(at("/console/staff/"))
    boss.assert_sound()
    guest = window(language="ru", width=WIDTHS[0])
    with_authenticator(guest)
    link = re.search(r"http://\S+(/console/link/\S+)", site.deliver()[-1])[1]
    guest.goto(link)
    assert guest.page.url.endswith("/console/link/")
    guest.assert_sound()
    guest.page.locator("#id_name").fill("Ольга")
    guest.page.locator("#id_password").fill(PASSWORD)
    guest.page.locator("form.form button").click()
    guest.page.wait_for_url(at("/console/account/protect/"))
    guest.page.locator("[data-passkey=create]").click()
    guest.page.wait_for_url(re.compile("/console/$"))
    guest.goto("/console/staff/", status=403)
    guest.assert_sound()
