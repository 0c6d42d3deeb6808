"""Proofs about the whole site: who may do what, robust input, accessibility, languages."""
