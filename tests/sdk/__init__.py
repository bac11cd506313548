"""Tests of the publisher kit."""
