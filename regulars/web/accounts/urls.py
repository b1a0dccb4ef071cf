"""Addresses of accounts: signing in, the own account, colleagues, links."""

from django.urls import path

from regulars.web.accounts import (
    consents,
    demo,
    join,
    links,
    member_contacts,
    member_own,
    member_sign_in,
    own,
    sign_in,
    social,
    staff,
    start,
)

app_name = "accounts"
urlpatterns = [
    path("console/sign-in/", sign_in.sign_in, name="sign_in"),
    path("console/sign-in/code/", sign_in.second_step, name="code"),
    path("console/sign-in/passkey/options", sign_in.passkey_options, name="passkey_options"),
    path("console/sign-in/passkey", sign_in.passkey_sign_in, name="passkey_sign_in"),
    path("console/sign-out/", sign_in.sign_out, name="sign_out"),
    path("console/forgotten/", links.forgotten, name="forgotten"),
    path("console/link/", links.link, name="link"),
    path("console/link/<str:token>", links.open_link, name="open_link"),
    path("console/account/", own.account, name="account"),
    path("console/account/password/", own.password, name="password"),
    path("console/account/protect/", own.protect, name="protect"),
    path("console/account/prove/", own.prove, name="prove"),
    path("console/account/prove/passkey/options", own.prove_options, name="prove_options"),
    path("console/account/prove/passkey", own.prove_passkey, name="prove_passkey"),
    path("console/account/code-app/", own.code_app, name="code_app"),
    path("console/account/code-app/remove/", own.remove_app, name="remove_app"),
    path("console/account/recovery-codes/", own.recovery_codes, name="recovery_codes"),
    path("console/account/passkeys/options", own.new_passkey_options, name="new_passkey_options"),
    path("console/account/passkeys", own.new_passkey, name="new_passkey"),
    path(
        "console/account/passkeys/<uuid:passkey_id>/remove/", own.drop_passkey, name="drop_passkey"
    ),
    path("console/account/sessions/end-others/", own.end_others, name="end_others"),
    path(
        "console/account/sessions/<uuid:session_id>/end/", own.end_own_session, name="end_session"
    ),
    path("console/staff/", staff.people, name="staff"),
    path("console/staff/invite/", staff.invite, name="invite"),
    path("console/staff/invitations/<uuid:link_id>/call-back/", staff.call_back, name="call_back"),
    path("console/staff/<uuid:staff_id>/", staff.person, name="person"),
    path("console/staff/<uuid:staff_id>/change/", staff.change, name="change_person"),
    path("console/consents/", consents.texts, name="consents"),
    path("console/consents/<slug:purpose>/", consents.publish, name="consent"),
    path("console/start/", start.start, name="start"),
    path("console/start/business/", start.business, name="start_business"),
    path("console/start/store/", start.store, name="start_store"),
    path("console/start/till/", start.till, name="start_till"),
    path("console/start/sale/", start.sale, name="start_sale"),
    path("demo/letters/", demo.letters, name="demo_letters"),
    path("join/", join.join, name="join"),
    path("app/sign-in/", member_sign_in.sign_in, name="member_sign_in"),
    path("app/sign-in/code/", member_sign_in.code, name="member_code"),
    path(
        "app/sign-in/passkey/options",
        member_sign_in.passkey_options,
        name="member_passkey_options",
    ),
    path("app/sign-in/passkey", member_sign_in.passkey_sign_in, name="member_passkey_sign_in"),
    path("app/sign-out/", member_sign_in.sign_out, name="member_sign_out"),
    path("app/social/<slug:name>/", social.start, name="social"),
    path("app/social/<slug:name>/back/", social.back, name="social_back"),
    path("app/account/", member_own.account, name="member_account"),
    path("app/account/contacts/", member_contacts.contacts, name="member_contacts"),
    path("app/account/contacts/<slug:ref>/", member_contacts.contact, name="member_contact"),
    path(
        "app/account/contacts/<slug:ref>/code/",
        member_contacts.contact_code,
        name="member_contact_code",
    ),
    path("app/contact/", member_contacts.undo, name="member_contact_undo"),
    path("app/contact/<str:token>", member_contacts.open_change, name="member_contact_change"),
    path("app/account/prove/", member_own.prove, name="member_prove"),
    path(
        "app/account/prove/passkey/options", member_own.prove_options, name="member_prove_options"
    ),
    path("app/account/prove/passkey", member_own.prove_passkey, name="member_prove_passkey"),
    path(
        "app/account/passkeys/options",
        member_own.new_passkey_options,
        name="member_new_passkey_options",
    ),
    path("app/account/passkeys", member_own.new_passkey, name="member_new_passkey"),
    path(
        "app/account/passkeys/<uuid:passkey_id>/remove/",
        member_own.drop_passkey,
        name="member_drop_passkey",
    ),
    path("app/account/devices/end-others/", member_own.end_others, name="member_end_others"),
    path(
        "app/account/devices/<uuid:session_id>/end/",
        member_own.end_own_session,
        name="member_end_session",
    ),
]
