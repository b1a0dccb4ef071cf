"""The earning engine alone: receipts per second, and what rules that do not apply cost."""
