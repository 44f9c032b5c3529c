"""ESPHome's native API: the entities of one node, told as they change."""

from sumika.links.esphome._client import OPTIONS, Entity, EntityReport, EsphomeClient, client_of

__all__ = ["OPTIONS", "Entity", "EntityReport", "EsphomeClient", "client_of"]
