"""Verbs: pure steps in the order of the flow. No clock, chance, environment or I/O."""
