"""Nouns: what the core's decisions are about."""
