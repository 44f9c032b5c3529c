"""`sumika mcp`: the house's records and tools for outside agents, over the Model Context Protocol."""

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import click

from sumika.cli._houses import load
from sumika.cli._options import data_option, house_option
from sumika.cli.ask import offline, running
from sumika.schema import SumikaError, UsageError


@click.command()
@house_option
@data_option
@click.option("--http", "port", type=click.IntRange(1, 65535), help="Serve over HTTP on 127.0.0.1, with a token.")
@click.option("--allow-actions", is_flag=True, help="Offer the tools that act, too: through the safety gate.")
@click.option("--allow-personal", is_flag=True, help="Offer nights, heart and breath of who has agreed, too.")
def mcp(house: Path | None, data: Path | None, port: int | None, allow_actions: bool, allow_personal: bool) -> None:
    """Offer the house to an outside agent (Model Context Protocol), over standard input and output.

    By itself it is read-only. Where the house runs its present is answered from there, else from the records alone.
    """
    if find_spec("mcp") is None:
        raise UsageError("the package mcp is not installed", where="mcp", remedy="pip install 'sumika[assistant]'")
    from sumika.assistant.mcp_door import token_in
    from sumika.assistant.mcp_server import http_app, make_server, serve_stdio
    from sumika.assistant.mcp_tools import Offer
    from sumika.facts import Book
    from sumika.runtime.data_folder import data_folder

    loaded = load(house, data=data)
    folder = data_folder(loaded, data)
    there = running(folder)
    if allow_actions and there is None:
        raise UsageError(
            f"no house is running on {folder}, and nothing can be done in one that does not",
            where="--allow-actions",
            remedy="Name the same --house and --data as `sumika run` has.",
        )
    answers = there or offline(loaded, folder, None)
    offer = Offer(loaded.house, Book(folder, loaded.house), answers, actions=allow_actions, personal=allow_personal)
    server = make_server(offer, version("sumika"))
    if port is None:
        serve_stdio(server)
        return
    path = folder / "mcp" / "token"
    app = http_app(server, token_in(path))
    click.echo(f"http://127.0.0.1:{port}/mcp  token: {path}", err=True)
    import uvicorn

    try:
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
    except OSError as error:
        raise SumikaError(f"port {port} cannot be used ({error.strerror})", where="--http") from error
