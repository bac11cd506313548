"""Faust shells: they move messages and time, and decide nothing."""
