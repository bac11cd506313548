"""Tools an operator or developer runs: broker, supervisor, import, simulation, replay, documents."""
