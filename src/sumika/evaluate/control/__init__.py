"""Controllers against each other, in simulated weeks, at stated prices of comfort and air."""
