"""The page's own files, kept in memory as they were at the start: asked for by dozens at once, and the same for all.

Each is named by what all of them hold together, so that a browser asks for it once and never again; after an update the
page names others. The page itself is asked for each time.
"""

import asyncio
import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")  # whatever the system has: browsers run nothing else as a module

PAGE = "index.html"
FOR_EVER, EACH_TIME = "public, max-age=31536000, immutable", "no-cache"
_DIGITS = 12
_NAMED = re.compile(rf"([0-9a-f]{{{_DIGITS}}})/(.*)", re.DOTALL)
_SCRIPTS = re.compile(r'="static/(?=(?:js|css|vendor)/)')
"""What the page names by content; its icon and its manifest, which say where the page lies, keep their place."""
_WORTH_PACKING_BYTES = 1000


@dataclass
class _Kept:
    body: bytes = field(repr=False)
    media_type: str
    etag: str
    packed: bytes = field(default=b"", repr=False)


class PageFiles:
    """Serves the page and what it is made of.

    Attributes:
        named: What all files hold together, in hexadecimal.
    """

    def __init__(self, folder: Path) -> None:
        """Read every file of a folder; one that is missing has none."""
        self._files = {path.relative_to(folder).as_posix(): _kept(path) for path in folder.rglob("*") if path.is_file()}
        every = hashlib.sha256()
        for name, file in sorted(self._files.items()):
            every.update(f"{name} {file.etag}\n".encode())
        self.named = every.hexdigest()[:_DIGITS]
        if PAGE in self._files:
            page = self._files[PAGE].body.decode("utf-8")
            self._files[PAGE] = _of(_SCRIPTS.sub(f'="static/{self.named}/', page).encode("utf-8"), PAGE)

    async def page(self, request: Request) -> Response:
        """Answer with the page itself."""
        if PAGE not in self._files:
            return Response("The page's files are missing.", HTTPStatus.NOT_FOUND, media_type="text/plain")
        return await self._answer(request, PAGE, EACH_TIME)

    async def file(self, request: Request) -> Response:
        """Answer with a file; under the name of what they hold together it never changes."""
        name, cached = str(request.path_params["path"]), EACH_TIME
        by_content = _NAMED.fullmatch(name)
        if by_content is not None:
            # A page that was opened before an update still names the files of its time: it gets those of today.
            cached = FOR_EVER if by_content[1] == self.named else EACH_TIME
            name = by_content[2]
        if name not in self._files:
            return Response("There is no such file.", HTTPStatus.NOT_FOUND, media_type="text/plain")
        return await self._answer(request, name, cached)

    async def _answer(self, request: Request, name: str, cached: str) -> Response:
        file = self._files[name]
        headers = {"Cache-Control": cached, "ETag": file.etag, "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == file.etag:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        body = file.body
        if "gzip" in request.headers.get("accept-encoding", "") and len(body) >= _WORTH_PACKING_BYTES:
            if not file.packed:
                # In a thread: the largest take tens of milliseconds, in which nobody's feed shall wait.
                file.packed = await asyncio.to_thread(gzip.compress, body, mtime=0)
            body, headers["Content-Encoding"] = file.packed, "gzip"
        return Response(body, headers=headers, media_type=file.media_type)


def _kept(path: Path) -> _Kept:
    return _of(path.read_bytes(), path.name)


def _of(body: bytes, name: str) -> _Kept:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return _Kept(body=body, media_type=kind, etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"')
