"""One browser and one played house for all tests of the page in a process; each test has a window of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pytest_socket
from argon2 import PasswordHasher
from playwright.sync_api import Browser

import sumika.dashboard.passwords as passwords
from tests.browser.browsers import Visit, chromium_or_why_not, started
from tests.browser.played_house import PASSWORD, PlayedHouse

Visits = Callable[..., Visit]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless browser."""
    why_not = chromium_or_why_not()
    if why_not:
        pytest.skip(why_not)
    pytest_socket.enable_socket()
    with started() as running:
        yield running


@pytest.fixture(autouse=True)
def sockets() -> Iterator[None]:
    """These tests speak to a server on this machine."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    yield
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture(scope="module")
def quick_passwords() -> Iterator[None]:
    """Passwords are worked out at once; how well they are kept is another test's business."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, quick_passwords: None) -> Iterator[PlayedHouse]:
    """A house that is served, with an owner."""
    pytest_socket.enable_socket()
    folder: Path = tmp_path_factory.mktemp("played")
    played = PlayedHouse(folder)
    played.parts.accounts.set_up(played.parts.accounts.setup_token, "owner", PASSWORD)
    played.begin()
    yield played
    played.end()


@pytest.fixture
def visits(browser: Browser, house: PlayedHouse) -> Iterator[Visits]:
    """Opens windows, and closes them; a script that failed in any of them fails the test."""
    opened: list[Visit] = []

    def visit(**how: str) -> Visit:
        opened.append(Visit(browser, house, **how))
        return opened[-1]

    yield visit
    for one in opened:
        one.close()
    wrong = [text for one in opened for text in one.wrong]
    assert not wrong
