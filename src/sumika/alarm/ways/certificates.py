"""What is wrong with the certificate that a server shows, in words that tell what to look at."""

import ssl

_OTHER_HOST = frozenset({62, 64})
_TIME = frozenset({9, 10})
_STRANGER = frozenset({18, 19, 20, 21})
"""Codes of OpenSSL: X509_V_ERR_HOSTNAME_MISMATCH and IP_ADDRESS_MISMATCH; CERT_NOT_YET_VALID and CERT_HAS_EXPIRED;
self-signed, and nobody known who signed it (https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/)."""


def why_refused(host: str, error: Exception) -> str:
    """Return why nothing was handed over to a server, in one line.

    Args:
        host: As it stands in the description.
        error: What happened.
    """
    if not isinstance(error, ssl.SSLCertVerificationError):
        return f"{host} does not take it: {str(error) or type(error).__name__}"
    code = error.verify_code
    if code in _OTHER_HOST:
        return f"{host} shows the certificate of another host, so nothing was sent to it"
    if code in _TIME:
        return f"the certificate of {host} has expired or is not valid yet, or the clock of this computer is wrong"
    if code in _STRANGER:
        return f"nobody whom this computer trusts has signed the certificate of {host}, so nothing was sent to it"
    return f"the certificate of {host} is refused: {error.verify_message}"
