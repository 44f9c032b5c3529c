"""What the house believes: of its rooms, its own behaviour, its people, and what comes."""
