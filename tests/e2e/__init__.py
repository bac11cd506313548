"""The hub end to end: real worker processes on a real broker, with faults."""
