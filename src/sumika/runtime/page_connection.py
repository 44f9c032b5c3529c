"""Connections of browsers to the page, as `sumika.http_connection` looks after them."""

from sumika.http_connection import LARGEST_HEADERS_BYTES, MOST_CONNECTIONS, HttpConnection

__all__ = ["HANDSHAKE_WITHIN_S", "LARGEST_HEADERS_BYTES", "MOST_CONNECTIONS", "PageConnection"]

HANDSHAKE_WITHIN_S = 10.0
"""Of TLS."""


class PageConnection(HttpConnection):
    """One connection of a browser: it opens six, and one for each page's live feed."""

    most_per_address = 48
