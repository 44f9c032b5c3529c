"""Charge points of cars that speak OCPP."""
