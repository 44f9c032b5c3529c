"""The ways by which a letter reaches somebody: each takes one and returns the receipt, or says why there is none."""
