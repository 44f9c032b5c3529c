"""The page's server: who comes in, what they see live and of the past, and what they may ask of the house.

    app = make_app(parts)  # ASGI; `Parts` is what answers: accounts, feed, history, the house's file, the bus
    parts.feed.take(topic, key, message, raw)  # from the bus; never waits for a viewer

It runs no process and knows no bus: `sumika.runtime.page_loop` hands it both.
"""

from sumika.dashboard.accounts import Account, Accounts
from sumika.dashboard.app import STATIC, all_operations, make_app
from sumika.dashboard.certificate import Certificate, made_certificate, needs_tls, own_certificate
from sumika.dashboard.consent import Consents
from sumika.dashboard.feed import Feed
from sumika.dashboard.house_file import HouseFile
from sumika.dashboard.kept import SmallFiles
from sumika.dashboard.parts import Ask, Parts
from sumika.dashboard.past import Past
from sumika.dashboard.privacy import PrivacyDesk
from sumika.dashboard.problem import RefusedError
from sumika.dashboard.roles import RIGHTS, SHOWN, Right, Role, Viewer, WhoSees
from sumika.dashboard.scanning import Scanning
from sumika.dashboard.surveying import Running, Surveying

__all__ = [
    "RIGHTS",
    "SHOWN",
    "STATIC",
    "Account",
    "Accounts",
    "Ask",
    "Certificate",
    "Consents",
    "Feed",
    "HouseFile",
    "Parts",
    "Past",
    "PrivacyDesk",
    "RefusedError",
    "Right",
    "Role",
    "Running",
    "Scanning",
    "SmallFiles",
    "Surveying",
    "Viewer",
    "WhoSees",
    "all_operations",
    "made_certificate",
    "make_app",
    "needs_tls",
    "own_certificate",
]
