"""The HTTP face for other systems: intake of events, and what came of them."""
