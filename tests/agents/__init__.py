"""What the shells know by themselves, without a broker."""
