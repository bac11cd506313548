"""What the console's pages read. Every function takes a `Scope`, so that no row outside it can be asked for."""
