"""The convention signed electronically by both sides: its texts, what each is shown, the signatures (C-DEO-8)."""
