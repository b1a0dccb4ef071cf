"""English sentences of the demo."""

SENTENCES = {
    "demo.progress": "A year goes by",
    "demo.resumed": "A chain of {members|member|members} was begun here and not finished: going on with it.",
    "demo.built": "The chain is ready: {members|member|members}, {sales|receipt|receipts}, {returns|return|returns}, {rewards|reward|rewards} taken, {cancelled} of them brought back.",
    "demo.open": "When the server is up, open {url}",
    "demo.try": "or paste these into another terminal:",
    "demo.quote": "Quote: what would this basket bring?",
    "demo.commit": "Commit: sell it, paying with as many points as possible",
    "demo.return": "Return: the milk comes back",
    "demo.folder_in_use": "{folder} is in use already: the demo wants a folder of its own (--data).",
    "demo.sealed": "This demo was served before it was finished, and its past days are sealed: delete the folder and start again.",
    "demo.people": "The console is at {url}. Until the next start these people sign in:",
    "demo.members": "The members' app is at {app}; its codes are not sent in a demo, they lie at {letters}",
    "demo.member": "A member with points to try it as: phone {phone}, card {card}",
    "demo.till": "The till page is at {url}. The key of its till: {key}. The cashier {cashier} enters with the PIN {pin}",
}
