"""Sensors behind an MQTT broker: Zigbee2MQTT's, Tasmota's, and any others by their topics."""
