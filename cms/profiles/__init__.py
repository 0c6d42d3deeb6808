"""The public page of an expert: what he agreed to, word for word, as long as he may work here (C-DEO-2, -5)."""
