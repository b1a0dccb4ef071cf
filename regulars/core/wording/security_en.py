"""English sentences about access: staff, keys, approvals, repeated requests, lists."""

SENTENCES = {
    "access.permission_missing": "You may not do this: the permission {permission} is missing.",
    "access.too_many_guesses": "Too many wrong tries. Try again in {retry_after_s|second|seconds}.",
    "staff.not_found": "There is no such staff account.",
    "staff.email_taken": "Another staff account has this e-mail address.",
    "staff.email_malformed": "This is not an e-mail address.",
    "staff.data_invalid": "Name, role or language of the account cannot be taken as they are.",
    "staff.last_owner": (
        "The last active owner cannot be removed: make somebody else an owner first."
    ),
    "staff.password_too_weak": (
        "This password is too weak: at least 12 characters, not a common one and nothing like "
        "the name or address."
    ),
    "staff.password_wrong": "The present password is wrong.",
    "staff.sign_in_refused": "Address or password is wrong.",
    "key.refused": "The API key is missing, wrong or no longer in force.",
    "key.not_found": "There is no such API key.",
    "key.data_invalid": (
        "The key cannot be issued like this: look at its name, scopes, places and end."
    ),
    "key.till_has_two": "This till has two keys already: revoke one of them first.",
    "approval.not_found": "There is no such request for approval.",
    "approval.decided": "This request has been decided already.",
    "approval.second_person_needed": (
        "Somebody else has to approve this: you asked for it yourself."
    ),
    "approval.alone_reason_needed": "Nobody else here can approve this. Say why you do it alone.",
    "approval.decision_invalid": "A decision is «approved» or «rejected».",
    "approval.reason_invalid": "A reason of 1 to 500 characters is needed.",
    "idempotency.key_missing": "The header Idempotency-Key is missing.",
    "idempotency.key_malformed": (
        "The header Idempotency-Key must be 1 to 200 visible ASCII characters."
    ),
    "idempotency.key_reused": "This Idempotency-Key was used for another request.",
    "idempotency.under_way": (
        "The first request with this key is still being worked on. Ask again in "
        "{retry_after_s|second|seconds}."
    ),
    "page.cursor_invalid": "This is not a place in the list.",
    "role.owner": "Owner: may do everything",
    "role.marketer": "Marketer: designs and publishes the programme and its rewards",
    "role.controller": "Controller: approves versions and corrections, reads the books",
    "role.support": "Support: helps members, corrects points within the limit",
    "role.cashier": "Cashier: works the till",
    "role.auditor": "Auditor: reads everything except contact data",
    "role.integrator": "Integrator: connects tills and other systems",
    "scope.till:sales": "Identify members, quote and commit sales",
    "scope.till:returns": "Take goods back",
    "scope.till:enrol": "Enrol members at the till",
    "scope.till:rewards": "Give rewards for points at the till",
    "scope.till:statements": "Read balance and statement of a member at the till",
    "scope.members:read": "Read members without contact data, and their consents",
    "scope.members:contacts": "Read contact data of members",
    "scope.members:write": "Enrol and change members, their identifiers and tags",
    "scope.members:support": "Block, unblock and merge members",
    "scope.members:erase": "Erase personal data of members",
    "scope.members:import": "Import members",
    "scope.members:export": "Export members",
    "scope.consents:write": "Record consents",
    "scope.cards:issue": "Reserve card numbers and issue batches",
    "scope.ledger:read": "Read balances and statements",
    "scope.ledger:adjust": "Correct points",
    "scope.programme:read": "Read programme versions",
    "scope.programme:write": "Write programme versions",
    "scope.programme:publish": "Publish and withdraw programme versions",
    "scope.rewards:read": "Read the catalogue of rewards",
    "scope.rewards:write": "Change the catalogue of rewards; make, export and revoke coupons",
    "scope.rewards:redeem": "Redeem and cancel rewards; give, look up and revoke single coupons",
    "scope.places:read": "Read stores and tills",
    "scope.places:write": "Change stores and tills",
    "scope.receipts:import": "Import receipts",
    "scope.reports:read": "Read reports",
    "scope.studies:run": "Run analyses and simulations",
    "scope.plans:write": "Write plans",
    "scope.periods:close": "Close months",
    "scope.keys:write": "Issue and revoke API keys",
    "scope.staff:write": "Manage staff accounts",
    "scope.brand:write": "Change name, colours and logo",
    "scope.audit:read": "Read the audit trail",
    "scope.approvals:decide": "Decide on requests for approval",
}
