"""Whom we trust when we connect to somebody by TLS."""

import ssl
from functools import cache


@cache
def trusted() -> ssl.SSLContext:
    """Return this machine's authorities; reading them for each connection would hold everything else up by 20 ms."""
    return ssl.create_default_context()
