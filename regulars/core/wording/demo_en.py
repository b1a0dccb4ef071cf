"""English sentences of the demo."""

SENTENCES = {
    "demo.progress": "A year goes by",
    "demo.built": "The chain is ready: {members|member|members}, {sales|receipt|receipts}, {returns|return|returns}.",
    "demo.try": "When the server is up, paste these into another terminal:",
    "demo.quote": "Quote: what would this basket bring?",
    "demo.commit": "Commit: sell it, paying with as many points as possible",
    "demo.return": "Return: the milk comes back",
    "demo.folder_in_use": "There are sales in {folder} already: the demo wants a folder of its own (--data).",
}
