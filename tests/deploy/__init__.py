"""Tests of what runs the hub: broker, database, supervisor, compose file."""
