"""A real Home Assistant in a process of its own, for tests that speak to one; `tools/home_assistant.py` makes it."""

import importlib.util
import json
import os
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sumika.schema.house import Connection
from tests.conftest import ROOT

PHONE = "notify.mobile_app_ken"
MORE_CONFIGURATION = """\
notify:
  - platform: group
    name: mobile_app_ken
    services:
      - service: persistent_notification
"""
"""A service that is called as the one of a telephone; what it is given can be heard, and stays in the house."""

VOICE = "tts.test_voice"
_VOICE_PARTS = {
    "manifest.json": '{"domain": "test_voice", "name": "Test voice", "version": "1", "config_flow": true}',
    "__init__.py": """\
async def async_setup_entry(hass, entry):
    await hass.config_entries.async_forward_entry_setups(entry, ["tts"])
    return True
""",
    "config_flow.py": """\
from homeassistant import config_entries

class TestVoice(config_entries.ConfigFlow, domain="test_voice"):
    async def async_step_user(self, user_input=None):
        return self.async_create_entry(title="Test voice", data={})
""",
    "tts.py": """\
from homeassistant.components.tts import TextToSpeechEntity

async def async_setup_entry(hass, entry, add):
    add([Voice()])

class Voice(TextToSpeechEntity):
    _attr_name = "Test voice"
    default_language = "en"
    supported_languages = ["en", "ja"]

    def get_tts_audio(self, message, language, options):
        return "wav", b"RIFF" + message.encode()
""",
}
"""A voice in the place of one that has to be fetched or reached: Home Assistant's own demo has none of this kind."""


def home_maker() -> Any:
    """Return `tools/home_assistant.py`, which makes and runs it."""
    spec = importlib.util.spec_from_file_location("home_assistant", ROOT / "tools" / "home_assistant.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["home_assistant"] = module
    spec.loader.exec_module(module)
    return module


class RunningHome:
    """A Home Assistant that runs.

    Attributes:
        port: Where.
        folder: Where its token lies.
        connection: To write into house.yaml.
    """

    def __init__(self, port: int, folder: Path, token: str) -> None:
        self.port, self.folder, self._token = port, folder, token
        secret = folder / "token"
        secret.write_text(token, encoding="ascii")
        secret.chmod(0o600)
        self.connection = Connection(id="home", type="home_assistant", address=f"127.0.0.1:{port}", secret_file="token")

    def rest(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask over HTTP, as somebody else at this Home Assistant: a page, an automation, a hand."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}",
            json.dumps(body or {}).encode(),
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=20.0) as answer:
            return json.loads(answer.read() or b"null")

    def by_hand(self, service: str, entity_id: str, **data: Any) -> None:
        """Call a service as somebody else."""
        self.rest("POST", f"services/{service.replace('.', '/')}", {"entity_id": entity_id, **data})


@contextmanager
def running_home(folder: Path) -> Iterator[RunningHome]:
    """Run a Home Assistant with its demo devices.

    Where it was not made, a test is skipped on a user's machine. CI has it, so there it fails.

    Args:
        folder: To work in.
    """
    maker = home_maker()
    if not maker.prepared():
        problem = "no Home Assistant to test with; make one with: .venv/bin/python tools/home_assistant.py"
        if os.environ.get("CI") == "true":
            pytest.fail(problem, pytrace=False)
        pytest.skip(problem)
    config = folder / "config"
    shutil.copytree(maker.FOLDER / "config", config)
    maker.CONFIGURATION += MORE_CONFIGURATION
    component = config / "custom_components" / "test_voice"
    component.mkdir(parents=True)
    for name, text in _VOICE_PARTS.items():
        (component / name).write_text(text, encoding="utf-8")
    port = maker.free_port()
    with maker.running(maker.FOLDER, config, port) as process:
        refresh = (config / "refresh_token").read_text(encoding="ascii")
        token = maker.access_token(port, refresh)
        maker.wait_until_started(port, token)
        yield RunningHome(port, folder, token)
        # Nothing of it is needed afterwards: it need not write down how it was.
        process.kill()
