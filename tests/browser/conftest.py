"""One browser and one played house for all tests of the page in a process; each test has a window of its own.

Playwright keeps an event loop going for as long as a browser is there, and a thread can have but one: it has a thread
of its own, in which these tests run, so that others in the same process may have their loops.
"""

import inspect
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_socket
from argon2 import PasswordHasher
from playwright.sync_api import Browser

import sumika.dashboard.passwords as passwords
from tests.browser.browsers import Visit, chromium_or_why_not, started
from tests.browser.played_house import PASSWORD, PlayedHouse

Visits = Callable[..., Visit]
THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """Run a test of this folder where its browser is."""
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: value for name, value in pyfuncitem.funcargs.items() if name in wanted}
    THREAD.submit(pyfuncitem.obj, **arguments).result()
    return True


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless browser."""
    why_not = chromium_or_why_not()
    if why_not:
        pytest.skip(why_not)
    pytest_socket.enable_socket()
    stack = ExitStack()
    yield THREAD.submit(stack.enter_context, started()).result()
    THREAD.submit(stack.close).result()


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
        THREAD.submit(one.close).result()
    wrong = [text for one in opened for text in one.wrong]
    assert not wrong
