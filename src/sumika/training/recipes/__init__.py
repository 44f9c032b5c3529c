"""The recipes of this house's students."""

from pathlib import Path

_FOLDER = Path(__file__).parent
RECIPES = {path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))}
"""Recipe of a student of signals, points or tables by its name."""
SENTENCE_RECIPES = {path.stem: path for path in sorted((_FOLDER / "sentences").glob("*.yaml"))}
"""Recipe of a student that reads sentences by its name."""
LANGUAGE_RECIPES = {path.stem: path for path in sorted((_FOLDER / "language").glob("*.yaml"))}
"""Recipe of a student that writes, for whoever has a large processor, by its name."""
