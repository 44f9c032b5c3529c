"""The whole controller in one object: belief, planner and gate, without bus or processes."""
