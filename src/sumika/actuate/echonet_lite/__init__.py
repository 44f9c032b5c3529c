"""Devices that speak ECHONET Lite: air conditioners, floor heating, fans, lights, batteries, cars, water heaters."""
