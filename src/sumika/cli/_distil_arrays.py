"""Recipes of array students, as the commands of `sumika distil` need them."""

TEACHERS = ("networks", "boosting")
