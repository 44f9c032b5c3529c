"""What a newcomer reads first is true: README, version, help, documentation, set-up."""

import ipaddress
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

import sumika
from sumika.cli.main import sumika as command_line
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
READMES = {"README.md": "page/tour.en.webp", "README.ja.md": "page/tour.ja.webp"}
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def run_tool(
    name: str, *arguments: str, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a file of tools/."""
    command = [sys.executable, str(ROOT / "tools" / name), *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", READMES)
def test_readme_opens_with_what_it_is_a_picture_and_the_two_commands(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    title, picture, commands = text.index("# "), text.index(f"](docs/images/{READMES[name]})"), text.index("make run")
    assert title == 0
    assert title < picture < commands < text.index("make test") < text.index("\n## ")
    assert commands < 1500


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_links_of_the_front_pages_lead_somewhere(name: str) -> None:
    links = LINK.findall((ROOT / name).read_text("utf-8"))
    missing = [link for link in links if not (ROOT / link).exists()]
    assert not missing


def test_readme_names_no_area_that_the_bench_does_not_have() -> None:
    from sumika.evaluate.bench import AREAS

    for name in READMES:
        named = set(re.findall(r"sumika bench (\w+)", (ROOT / name).read_text("utf-8")))
        assert named <= set(AREAS)


def test_figures_of_the_readmes_are_those_of_the_kept_results() -> None:
    result = run_tool("readme_figures.py", "--check")
    assert result.returncode == 0, result.stderr


def test_version_is_the_same_everywhere() -> None:
    assert sumika.__version__ == PROJECT["project"]["version"] == metadata.version("sumika")


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def test_every_command_and_option_says_what_it_does() -> None:
    assert isinstance(command_line, click.Group)
    silent = []
    for path, command in commands(command_line, "sumika"):
        if not command.help:
            silent.append(path)
        silent += [
            f"{path} {parameter.opts[0]}"
            for parameter in command.params
            if isinstance(parameter, click.Option) and not parameter.help
        ]
    assert not silent


def nav_pages(entry: object) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict):
        for value in entry.values():
            yield from nav_pages(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from nav_pages(value)


def test_every_page_is_in_the_navigation_and_the_other_way_round() -> None:
    nav = YAML(typ="safe", pure=True).load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert set(nav_pages(nav)) == pages


def test_documentation_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=100, check=False)
    assert result.returncode == 0, result.stderr
    loaded = re.compile(r"<(?:script|img|iframe)[^>]*src=[\"']?https?:|<link[^>]*rel=[\"']?stylesheet[^>]*https?:")
    pages = list(tmp_path.rglob("*.html"))
    assert pages
    assert not [page.name for page in pages if loaded.search(page.read_text("utf-8"))]


def test_decisions_have_the_four_headings() -> None:
    for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"):
        headings = re.findall(r"^## (.+)$", path.read_text("utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], path.name


def test_reference_pages_say_what_the_code_says() -> None:
    result = run_tool("reference.py", "--check")
    assert result.returncode == 0, result.stderr


def test_constraints_are_pins_and_nothing_of_this_machine() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+", line) for line in pins)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in pins}
    project = PROJECT["project"]
    wanted = [
        *project["dependencies"],
        *(entry for extra in project["optional-dependencies"].values() for entry in extra),
    ]
    names = {re.split(r"[^\w.-]", entry, maxsplit=1)[0].lower().replace("_", "-") for entry in wanted}
    assert names - {"sumika"} <= pinned


@pytest.mark.parametrize("name", ["sumika.service", "user/sumika.service"])
def test_systemd_units_are_watched_and_run_headless(name: str) -> None:
    unit = (ROOT / "packaging" / "systemd" / name).read_text("utf-8")
    settings = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))
    assert settings["Type"] == "notify"
    assert settings["NotifyAccess"] == "main"
    assert settings["KillMode"] == "mixed"
    assert int(settings["WatchdogSec"]) > 0
    assert set(settings["RestrictAddressFamilies"].split()) == {"AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"}
    assert "--headless" in settings["ExecStart"]


def test_service_speaks_to_nobody_outside_the_home() -> None:
    folder = ROOT / "packaging" / "systemd"
    unit = (folder / "sumika.service").read_text("utf-8").splitlines()
    assert "IPAddressDeny=any" in unit
    assert "IPAddressAllow=localhost" in unit
    home = re.findall(r"^IPAddressAllow=(.+)$", (folder / "home-network.conf").read_text("utf-8"), re.MULTILINE)
    networks = [word for line in home for word in line.split() if "/" in word]
    assert len(networks) == 4
    assert all(ipaddress.ip_network(network).is_private for network in networks)


@pytest.fixture
def empty_checkout(tmp_path: Path) -> Path:
    """A folder with only what the set-up reads; its path has a space."""
    folder = tmp_path / "a checkout"
    (folder / "tools").mkdir(parents=True)
    for name in ("pyproject.toml", "constraints.txt", "tools/setup_venv.py"):
        (folder / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    return folder


def set_up(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up of a checkout."""
    command = [sys.executable, str(folder / "tools" / "setup_venv.py"), "run"]
    env = {**os.environ, **environ}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def fake_python(folder: Path, version: str) -> Path:
    """Write something that answers like a Python of that version and can do nothing else."""
    path = folder / "fake-python"
    path.write_text(
        f"#!/bin/sh\n[ \"$2\" = 'import sys; print(*sys.version_info[:2])' ] && echo {version} && exit\nexit 1\n"
    )
    path.chmod(0o755)
    return path


def test_set_up_with_an_old_python_says_which_is_needed(empty_checkout: Path) -> None:
    result = set_up(empty_checkout, PYTHON=str(fake_python(empty_checkout, "3 9")))
    assert result.returncode == 1
    assert "Python 3.11 or newer is needed" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (empty_checkout / ".venv").exists()


def test_set_up_without_the_module_venv_says_what_to_install(empty_checkout: Path) -> None:
    result = set_up(empty_checkout, PYTHON=str(fake_python(empty_checkout, "3 12")))
    assert result.returncode == 1
    assert "no module venv" in result.stderr
    assert "python3-venv" in result.stderr
    assert not (empty_checkout / ".venv").exists()
