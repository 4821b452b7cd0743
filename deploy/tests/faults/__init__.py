"""The faults that a deployment must survive, as data, and what runs them for real."""
