"""The console: reads SQL through `hub.store.queries`, decides nothing."""
