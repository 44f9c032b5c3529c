"""Pure formulas, cited: one standard or one phenomenon per file, with its range of validity."""
