"""Ports on the loopback address."""

import secrets
import socket

HOST = "127.0.0.1"
# Below those that systems lend to outgoing connections: a port that is free now is not taken by one a moment later.
_LOWEST, _HIGHEST = 20_000, 32_000
_TRIES = 100


class PortError(RuntimeError):
    """The port cannot be used as wanted."""


def choose(variable: str, wanted: int) -> int:
    """The wanted port, or any free one for 0; raises PortError, naming the setting."""
    if not wanted:
        return _any()
    try:
        return _bound(wanted)
    except OSError as error:
        raise PortError(
            f"port {wanted} ({variable}) cannot be used: {error.strerror}. "
            f"End the program that uses it, or choose another port (0 = any free one): {variable}=0 make run\n"
            f"端口 {wanted}({variable})无法使用;请结束占用它的程序,或另选端口(0 为任意):{variable}=0 make run"
        ) from error


def _any() -> int:
    for _ in range(_TRIES):
        try:
            return _bound(_LOWEST + secrets.randbelow(_HIGHEST - _LOWEST))
        except OSError:
            continue
    return _bound(0)


def _bound(wanted: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, wanted))
        port: int = probe.getsockname()[1]
        return port
