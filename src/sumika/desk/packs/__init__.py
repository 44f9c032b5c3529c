"""Packs: what the desk knows of one kind of office. Folders of rules and templates, and a little Python for figures."""

from sumika.desk.packs._pack import Order, Pack, PackRules, PaperRule, Sources, load_packs, pack_of

__all__ = ["Order", "Pack", "PackRules", "PaperRule", "Sources", "load_packs", "pack_of"]
