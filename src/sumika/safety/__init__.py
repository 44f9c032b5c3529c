"""The safety gate: a second, dumb reader of everything that would reach a device."""
