"""What is said to a real Home Assistant, of either version, reaches the house through its page, and comes back."""

import contextlib
import shutil
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket

from tests.bridge_home_helpers import needs_home
from tests.conftest import ROOT
from tests.home_assistant_helpers import RunningHome, home_maker
from tests.talk_helpers import write_records
from tests.talk_page import TalkingPage

pytestmark = pytest.mark.slow

COMPONENT = ROOT / "packaging" / "home-assistant-agent" / "custom_components"


@pytest.fixture(params=["2024.3", "2025.4"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[RunningHome, bool]]:
    """A Home Assistant of each version, with the component; and whether it knows entities of conversation."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    newer, maker = request.param.startswith("2025"), home_maker()
    made = maker.NEWER if newer else maker.FOLDER
    needs_home(maker, made, newer=newer)
    config = tmp_path / "config"
    shutil.copytree(made / "config", config)
    shutil.copytree(COMPONENT, config / "custom_components")
    port = maker.free_port()
    with maker.running(made, config, port, demo=False) as process:
        token = maker.access_token(port, (config / "refresh_token").read_text(encoding="ascii"))
        maker.wait_until_started(port, token)
        yield RunningHome(port, tmp_path, token), newer
        process.kill()


def add(home: RunningHome, page: TalkingPage, token: str) -> dict[str, Any]:
    """Add the house as a person does on the page of settings; return what became of it."""
    flow = home.rest("POST", "config/config_entries/flow", {"handler": "sumika"})
    answer = {"address": page.address, "token": token}
    made: dict[str, Any] = home.rest("POST", f"config/config_entries/flow/{flow['flow_id']}", answer)
    return made


def agent_of(home: RunningHome, entry: dict[str, Any], *, newer: bool) -> str:
    if not newer:
        return str(entry["result"]["entry_id"])
    states = [one["entity_id"] for one in home.rest("GET", "states")]
    found = (one for one in states if one.startswith("conversation.") and "home_assistant" not in one)
    return str(next(found))


def say(
    home: RunningHome, agent: str, text: str, language: str, conversation: str | None = None
) -> tuple[str, dict[str, Any]]:
    said = {"text": text, "language": language, "agent_id": agent}
    if conversation:
        said["conversation_id"] = conversation
    told: dict[str, Any] = home.rest("POST", "conversation/process", said)
    return told["response"]["speech"]["plain"]["speech"], told


def test_what_is_said_to_home_assistant_is_done_and_answered_by_the_house(
    home: tuple[RunningHome, bool], tmp_path: Path
) -> None:
    running, newer = home
    folder = tmp_path / "house"
    folder.mkdir()
    write_records(folder)
    with TalkingPage(folder) as page:
        with contextlib.suppress(urllib.error.HTTPError):
            assert add(running, page, "wrong")["errors"] == {"base": "invalid_auth"}
        entry = add(running, page, page.token)
        assert entry["type"] == "create_entry", entry
        agent = agent_of(running, entry, newer=newer)

        asked, told = say(running, agent, "turn on the light", "en")
        assert asked == "Which one: living room light, bedroom light or hall light?"
        done, _ = say(running, agent, "the hall one", "en", told["conversation_id"])
        assert done == "Done: the hall light, 100 %."
        assert page.talking.wishes() == [("hall_light", "level", 1.0)]
        assert page.heard[-1].resident == "hanako"

        assert say(running, agent, "昨日の電気代は？", "ja")[0] == "昨日の電気代は360円です。"
        unknown, told = say(running, agent, "sing a song", "en")
        assert told["response"]["data"]["code"] == "no_intent_match"
        assert unknown.startswith("I did not understand")
        assert {one.language for one in page.heard} == {"en", "ja"}
