"""The founding essay, number by number, beside what was measured."""
