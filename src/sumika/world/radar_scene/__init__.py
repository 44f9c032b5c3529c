"""A closed-form radar scene: rooms, bodies and movers as the converter of a radar samples them, with the truth."""
