"""Numbers of the Bluetooth heart rate service and of Polar's measurement data service.

Sources: Bluetooth SIG, Heart Rate Service 1.0, 3.1 (Heart Rate Measurement); Polar BLE SDK, "Polar Measurement Data
Specification" (public, polarofficial/polar-ble-sdk, technical_documentation).
"""

HEART_RATE_SERVICE = "0000180d-0000-1000-8000-00805f9b34fb"
HEART_RATE_MEASUREMENT = "00002a37-0000-1000-8000-00805f9b34fb"

PMD_SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
PMD_CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
PMD_DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

POLAR_H10_NAME = "Polar H10"

ECG = 0x00
ECG_RATE_HZ = 130
START_ECG = bytes((0x02, ECG, 0x00, 0x01, 0x82, 0x00, 0x01, 0x01, 0x0E, 0x00))
"""Request the stream: setting 0 (sample rate) of one value 130 Hz, setting 1 (resolution) of one value 14 bit."""

CONTROL_RESPONSE = 0xF0
CONTROL_ERRORS = {
    1: "invalid op code",
    2: "invalid measurement type",
    3: "not supported",
    4: "invalid length",
    5: "invalid parameter",
    6: "already in that state",
    7: "invalid resolution",
    8: "invalid sample rate",
    9: "invalid range",
    10: "invalid MTU",
    11: "invalid number of channels",
    12: "invalid state",
    13: "device in charger",
    14: "disk full",
}
ALREADY_STARTED = 6

LEAST_DELAY_S = 0.05
"""A central asks for 30 to 50 ms between connection events; a sample waits for the next one at least."""
