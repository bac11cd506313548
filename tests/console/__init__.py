"""The status page and the commands over real rows."""
