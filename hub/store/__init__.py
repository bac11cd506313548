"""SQL: where the truth lies. State, journal, outbox and the inbox offset move in one transaction."""
