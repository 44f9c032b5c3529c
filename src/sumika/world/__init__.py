"""The simulated house: what its sensors would see, and the truth beside it. It shares no code with any estimator."""
