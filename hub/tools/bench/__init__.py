"""Measurements of the whole hub, beside others on the same machine and the same events."""
