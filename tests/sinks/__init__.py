"""Tests of where notices go."""
