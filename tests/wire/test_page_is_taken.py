"""Whose address it is, before a link to it is told."""

import socket

import pytest

from sumika.evaluate.free_port import free_port
from sumika.runtime.page_access import is_taken
from sumika.schema.house import Page

pytestmark = pytest.mark.usefixtures("socket_enabled")


def test_an_address_is_taken_while_another_program_listens_there() -> None:
    page = Page(port=free_port())
    assert not is_taken(page)
    with socket.create_server(("127.0.0.1", page.port)):
        assert is_taken(page)
    assert not is_taken(page)


def test_an_address_of_another_machine_is_another_trouble() -> None:
    assert not is_taken(Page(listen="192.0.2.1", port=free_port()))  # RFC 5737: nobody's
