"""How well the share scan finds planted clusters in real cities, how often it cries for nothing (`make detection`)."""
