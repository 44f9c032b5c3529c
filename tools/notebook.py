#!/usr/bin/env python3
"""Builds, executes and checks docs/radar/people-in-ten-lines: `notebook.py`, `notebook.py --check`, `--quick FOLDER`.

The source is Markdown with fenced Python (tools/notebooks/), so that changes can be read. It is executed by nbclient in
a kernel of this very Python; written are the notebook with its outputs and a page with pictures for the site. `--check`
executes nothing: it says whether both are what the source would give. `--quick` executes with shorter scenes.
"""

import argparse
import base64
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat as _nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

nbformat: Any = _nbformat  # it has types, but not on its functions
ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tools" / "notebooks" / "people-in-ten-lines.md"
DOCS = ROOT / "docs" / "radar"
PICTURES = "../images/radar"
FENCE = re.compile(r"^```python( parameters)?\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
QUICK = "WALKING_S, RESTING_S = 5.0, 6.0  # shorter than what is published"
WAIT_S = 600
LARGEST_PICTURE_BYTES = 120_000
GENERATED = "<!-- Written by tools/notebook.py from tools/notebooks/; change it there. -->\n\n"


def cells_of(text: str, *, quick: bool = False) -> Any:
    """Return a notebook without outputs: Markdown between fences, code within.

    Args:
        text: Of the source.
        quick: Whether shorter scenes replace those of the cell marked `parameters`.
    """
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["language_info"] = {"name": "python"}
    position = 0
    for fence in FENCE.finditer(text):
        _add_words(notebook, text[position : fence.start()])
        code = QUICK if quick and fence[1] else fence[2].strip("\n")
        notebook.cells.append(nbformat.v4.new_code_cell(code))
        position = fence.end()
    _add_words(notebook, text[position:])
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # the same from run to run
    return notebook


def _add_words(notebook: Any, words: str) -> None:
    if words.strip():
        notebook.cells.append(nbformat.v4.new_markdown_cell(words.strip("\n")))


def execute(notebook: Any) -> None:
    """Run every cell and keep its outputs, without their times.

    Raises:
        CellExecutionError: if a cell fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        # Sockets are files in a folder of our own: a port could be spoken to by anybody on the machine.
        ours = Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/kernel"}})
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, config=ours, kernel_name="python3", timeout=WAIT_S, resources=resources).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)


def page_of(notebook: Any, name: str) -> tuple[str, dict[str, bytes]]:
    """Return the page for the site, and its pictures by the name of their file."""
    parts: list[str] = []
    pictures: dict[str, bytes] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.outputs:
            picture = output.get("data", {}).get("image/png")
            if picture:
                file = f"{name}-{len(pictures) + 1}.png"
                pictures[file] = base64.b64decode(picture)
                parts.append(f"![{_heading(parts)}]({PICTURES}/{file})")
            elif output.output_type == "stream":
                parts.append(f"```text\n{output.text.rstrip()}\n```")
    title, *rest = parts
    first, _, body = title.partition("\n")
    note = f"*Executed by `make notebook`; [the notebook itself]({name}.ipynb) runs anywhere Sumika is installed.*"
    return GENERATED + "\n\n".join([first, note, body.strip("\n"), *rest]) + "\n", pictures


def _heading(parts: list[str]) -> str:
    """Return the heading that a picture stands under."""
    headings = [line.lstrip("# ") for part in parts for line in part.split("\n") if line.startswith("## ")]
    return headings[-1] if headings else "Output"


def faults_of(source: Path, folder: Path) -> list[str]:
    """Return what is not up to date with the source: notebook, outputs, page, pictures."""
    notebook_file = folder / f"{source.stem}.ipynb"
    if not notebook_file.is_file():
        return [f"there is no {notebook_file.name}"]
    built: Any = nbformat.read(notebook_file, as_version=4)
    wanted = cells_of(source.read_text(encoding="utf-8"))
    faults = []
    if [(c.cell_type, c.source) for c in built.cells] != [(c.cell_type, c.source) for c in wanted.cells]:
        faults.append(f"cells of {notebook_file.name} are not those of the source")
    code = [cell for cell in built.cells if cell.cell_type == "code"]
    if any(cell.execution_count is None for cell in code):
        faults.append(f"{notebook_file.name} was not executed")
    if any(output.output_type == "error" for cell in code for output in cell.outputs):
        faults.append(f"a cell of {notebook_file.name} failed")
    page, pictures = page_of(built, source.stem)
    page_file = folder / f"{source.stem}.md"
    if not page_file.is_file() or page_file.read_text(encoding="utf-8") != page:
        faults.append(f"{page_file.name} is not the notebook's page")
    for name, content in pictures.items():
        picture = folder / PICTURES / name
        if not picture.is_file() or picture.read_bytes() != content:
            faults.append(f"{name} is not the notebook's picture")
        if len(content) > LARGEST_PICTURE_BYTES:
            faults.append(f"{name} is larger than {LARGEST_PICTURE_BYTES} bytes")
    return faults


def build(source: Path, folder: Path, *, quick: bool = False) -> None:
    """Execute a source and write notebook, page and pictures under a folder.

    Raises:
        CellExecutionError: if a cell fails; nothing is written then.
    """
    notebook = cells_of(source.read_text(encoding="utf-8"), quick=quick)
    execute(notebook)
    page, pictures = page_of(notebook, source.stem)
    images = (folder / PICTURES).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    images.mkdir(parents=True, exist_ok=True)
    for old in images.glob(f"{source.stem}-*.png"):
        old.unlink()
    for name, content in pictures.items():
        (images / name).write_bytes(content)
    (folder / f"{source.stem}.md").write_text(page, encoding="utf-8")
    nbformat.write(notebook, folder / f"{source.stem}.ipynb")


def main() -> None:
    """Build, or check what is built."""
    parser = argparse.ArgumentParser(description="Builds and executes the notebook of docs/radar.")
    parser.add_argument("--check", action="store_true", help="say whether it is up to date; execute nothing")
    parser.add_argument("--quick", type=Path, metavar="FOLDER", help="shorter scenes, written under FOLDER")
    arguments = parser.parse_args()
    if arguments.check:
        faults = faults_of(SOURCE, DOCS)
        sys.exit("\n".join([*faults, "Run: make notebook"]) if faults else 0)
    try:
        build(SOURCE, arguments.quick or DOCS, quick=arguments.quick is not None)
    except CellExecutionError as error:
        sys.exit(f"notebook.py: a cell failed\n{error}")


if __name__ == "__main__":
    main()
