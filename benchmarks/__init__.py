"""What the hub is measured beside: other ways to count the same events."""
