"""A language student behind an OpenAI-compatible address."""

from sumika.distil.serve.application import ServeLimits, application
from sumika.distil.serve.server import serve, stated_key

__all__ = ["ServeLimits", "application", "serve", "stated_key"]
