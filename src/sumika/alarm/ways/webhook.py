"""A POST of JSON to a web address, signed so that whoever gets it knows that it comes from this house.

`X-Sumika-Signature: sha256=<hex>` is the HMAC-SHA256 (RFC 2104) of `<X-Sumika-Timestamp>.<body>`; who checks it should
also refuse timestamps of more than five minutes ago. `Idempotency-Key` is the same for copies of one letter.
"""

import hashlib
import hmac
import http.client
import ssl
from urllib.parse import urlsplit

import msgspec

from sumika.alarm.letter import Letter
from sumika.alarm.ways.certificates import why_refused
from sumika.alarm.ways.taken import NotTakenError
from sumika.schema.alarm_settings import WebhookWay

TIMEOUT_S = 10.0
_MOST_ANSWER_BYTES = 65_536
_TRY_AGAIN = (408, 425, 429)
"""Answers below 500 that a later try may change (RFC 9110, RFC 8470, RFC 6585)."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what goes into `X-Sumika-Signature`.

    Args:
        secret: Shared with whoever gets it.
        timestamp: Unix seconds, as in `X-Sumika-Timestamp`.
        body: As it is sent.
    """
    return f"sha256={hmac.new(secret.encode(), timestamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def send_webhook(way: WebhookWay, letter: Letter, secret: str) -> str:
    """Send a letter and return the receipt.

    Args:
        way: Where to.
        letter: What.
        secret: To sign it with; empty: it is not signed.

    Raises:
        NotTakenError: if it was not taken.
    """
    parts = urlsplit(way.url)
    body = msgspec.json.encode(letter.document)
    timestamp = str(int(letter.document["sent_unix_s"]))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "sumika",
        "Idempotency-Key": letter.id,
        "X-Sumika-Timestamp": timestamp,
    }
    if secret:
        headers["X-Sumika-Signature"] = signature(secret, timestamp, body)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read(_MOST_ANSWER_BYTES)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotTakenError(why_refused(parts.hostname or "", error)) from None
    finally:
        connection.close()
    if 200 <= answer.status < 300:
        return f"HTTP {answer.status}"
    final = 300 <= answer.status < 500 and answer.status not in _TRY_AGAIN
    raise NotTakenError(f"{parts.hostname} answers HTTP {answer.status} {answer.reason}", for_good=final)


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
