"""A log, a database and crashes, all in one process and repeatable."""
