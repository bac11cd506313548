"""What may be decided, as data: one folder a jurisdiction, loaded and proved before anything runs."""
