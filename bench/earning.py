"""The earning engine alone: receipts per second on one core, and what rules that do not apply cost."""
