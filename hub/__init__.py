"""The linkage hub: finds problems that keep coming back, names who leads, lifts what is not solved."""
