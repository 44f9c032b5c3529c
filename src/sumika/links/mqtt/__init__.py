"""A client of an MQTT broker, and what Zigbee2MQTT and Tasmota mean by their topics."""

from sumika.links.mqtt.broker import BrokerSession, BrokerSettings, TopicMessage, broker_settings
from sumika.links.mqtt.payload import decoded, inside

__all__ = ["BrokerSession", "BrokerSettings", "TopicMessage", "broker_settings", "decoded", "inside"]
