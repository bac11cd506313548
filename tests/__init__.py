"""Tests of the hub; the folders mirror `hub/`."""
