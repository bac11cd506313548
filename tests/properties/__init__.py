"""Laws: what holds for any log."""
