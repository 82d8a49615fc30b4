"""Ports on the loopback address."""

import socket

HOST = "127.0.0.1"


class PortError(RuntimeError):
    """The port cannot be used as wanted."""


def choose(variable: str, wanted: int) -> int:
    """The wanted port, or any free one for 0; raises PortError, naming the setting."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise PortError(
                f"port {wanted} ({variable}) cannot be used: {error.strerror}. "
                f"End the program that uses it, or choose another port (0 = any free one): {variable}=0 make run\n"
                f"端口 {wanted}({variable})无法使用;请结束占用它的程序,或另选端口(0 为任意):{variable}=0 make run"
            ) from error
        port: int = probe.getsockname()[1]
        return port
