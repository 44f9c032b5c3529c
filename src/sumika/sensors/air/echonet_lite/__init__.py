"""Sensors that speak ECHONET Lite: temperature, humidity, CO2, light, people, and the house's meter."""
