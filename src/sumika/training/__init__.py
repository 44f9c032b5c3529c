"""This house's students: data adapters and recipes for the distillation works.

`RECIPES` are the recipes that come with the house; `sumika.training.sources` names the real recordings that a recipe
may learn from (`data: {from: source, name: radhar}`).
"""

from sumika.training.recipes import RECIPES

__all__ = ["RECIPES"]
