"""What the parts of the component share."""

DOMAIN = "sumika"
LANGUAGES = ("en", "ja")
ANSWERS_WITHIN_S = 50.0
"""A planner that is asked what a wish would cost thinks for seconds, and a larger model for longer."""
