"""The house in Home Assistant, over an MQTT broker: devices and entities that appear by themselves and are obeyed.

    bridge = HouseBridge(house, Places(house.bridge, installation), kept, version="1.0", language="en")
    bridge.hear(message, now_ns)                     # of the bus; True: there is something new to announce
    bridge.announcement(kept.announced)              # what Home Assistant is to know, and to forget
    for message in bridge.due(now_ns): ...           # states that changed, heartbeats, events
    bridge.read(topic, payload, now, retained=False) # -> questions for the bus, a restart, or why not
    bridge.answered(ask, answer)                     # is shown at once

It is pure; `sumika.runtime.bridge_loop` wires it to the bus and to the broker.
"""

from sumika.bridge.broker import bridge_broker
from sumika.bridge.commands import OLDEST_S, Ask, Restart, TurnedAway, Wanted
from sumika.bridge.discovery import Announced, Announcement, Retained
from sumika.bridge.house_bridge import HEARD, HouseBridge, Kept, Outgoing
from sumika.bridge.places import INSTALLATION, OFFLINE, ONLINE, Places

__all__ = [
    "HEARD",
    "INSTALLATION",
    "OFFLINE",
    "OLDEST_S",
    "ONLINE",
    "Announced",
    "Announcement",
    "Ask",
    "HouseBridge",
    "Kept",
    "Outgoing",
    "Places",
    "Restart",
    "Retained",
    "TurnedAway",
    "Wanted",
    "bridge_broker",
]
