"""The recipes of this house's students."""

from pathlib import Path

RECIPES = {path.stem: path for path in sorted(Path(__file__).parent.glob("*.yaml"))}
"""Recipe by its name."""
