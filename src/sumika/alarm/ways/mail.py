"""An e-mail by SMTP (RFC 5321), encrypted on its way to the mail server: STARTTLS (RFC 3207) or TLS from the start."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate

from sumika.alarm.letter import Letter
from sumika.alarm.ways.certificates import why_refused
from sumika.alarm.ways.taken import NotTakenError
from sumika.schema.alarm_settings import EmailWay

TIMEOUT_S = 20.0
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_OUR_NAME = "sumika.invalid"
"""What the mail server is told as our name: that of this computer is nobody's business."""


def send_mail(way: EmailWay, letter: Letter, password: str) -> str:
    """Send a letter and return what the mail server answered when it took it.

    Args:
        way: Where to.
        letter: What.
        password: Of the user; empty: no login.

    Raises:
        NotTakenError: if it was not taken for at least one reader.
    """
    try:
        with _open(way) as server:
            if way.user:
                server.login(way.user, password)
            return _hand_over(server, way, letter)
    except smtplib.SMTPAuthenticationError as error:
        raise NotTakenError(f"{way.host} refuses user or password ({error.smtp_code})", for_good=True) from None
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise NotTakenError(f"{way.host} answers {error.smtp_code} {said}", for_good=error.smtp_code >= 500) from None
    except (OSError, smtplib.SMTPException, ssl.SSLError, ValueError) as error:
        raise NotTakenError(why_refused(way.host, error)) from None


def _open(way: EmailWay) -> smtplib.SMTP:
    port = way.port or _PORTS[way.security]
    if way.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(way.host, port, _OUR_NAME, timeout=TIMEOUT_S, context=context)
    server = smtplib.SMTP(way.host, port, _OUR_NAME, timeout=TIMEOUT_S)
    if way.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _hand_over(server: smtplib.SMTP, way: EmailWay, letter: Letter) -> str:
    """Hand it over by hand: smtplib's own keeps the server's answer, which is the receipt, to itself."""
    sender = way.sender or way.user or f"sumika@{_OUR_NAME}"
    server.ehlo_or_helo_if_needed()
    code, said = server.mail(sender)
    if code != 250:
        raise smtplib.SMTPResponseException(code, said)
    refused: list[str] = []
    final = True
    for reader in way.to:
        code, said = server.rcpt(reader)
        if code not in (250, 251):
            refused.append(f"{code} {said.decode('utf-8', 'replace')}")
            final = final and code >= 500
    if len(refused) == len(way.to):
        raise NotTakenError(f"{way.host} knows no reader: {refused[0]}", for_good=final)
    code, said = server.data(_written(way, sender, letter).as_bytes())
    if code != 250:
        raise smtplib.SMTPResponseException(code, said)
    return f"{code} {said.decode('utf-8', 'replace')}"[:200]


def _written(way: EmailWay, sender: str, letter: Letter) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(way.to), letter.title
    mail["Date"] = formatdate(letter.document["sent_unix_s"])
    mail["Message-ID"] = f"<{letter.id}@{_OUR_NAME}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply is wanted
    if letter.document["kind"] == "alarm":
        mail["Importance"], mail["X-Priority"] = "high", "1"
    mail.set_content(letter.text)
    return mail
