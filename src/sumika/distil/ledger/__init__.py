"""The bill: what every stage used, what that costs at stated prices, and what it was predicted to cost."""
