"""The command line: ``python -m conformance serve``."""

import argparse
import math
import sys
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        """Write the sentence to stderr and leave with status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a subcommand; returns the exit status."""
    parser = Parser(prog="python -m conformance", description="Tools around the conformance tests.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_serve(commands)
    options = parser.parse_args(arguments)
    try:
        status: int = options.run(options)
    except KeyboardInterrupt:
        return 0
    return status


def _add_serve(commands: "argparse._SubParsersAction[Parser]") -> None:
    command = commands.add_parser("serve", help="run the reference endpoint, a small server that keeps the contract")
    command.add_argument("--port", type=_port, required=True, help="port to listen on, 0 for any free one")
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    command.add_argument("--token", type=_token, help="the only token that is accepted (default: any)")
    command.add_argument("--chunk-bytes", type=_size, metavar="N", help="cut streams into pieces of N bytes")
    command.add_argument("--delay", type=_seconds, default=0.0, metavar="SECONDS", help="wait after each event")
    command.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> int:
    try:
        from conformance.reference.app import create_app
        from conformance.reference.serve import listen, serve
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in {"starlette", "uvicorn"}:
            raise
        return _fail(f"the package {package} is missing: pip install --group reference")
    app = create_app(token=options.token, chunk_bytes=options.chunk_bytes, delay=options.delay)
    try:
        listener = listen(options.host, options.port)
    except OSError as error:
        return _fail(f"cannot listen on {options.host} port {options.port}: {error.strerror}")
    serve(app, listener)
    return 0


def _fail(problem: str) -> int:
    sys.stderr.write(f"python -m conformance serve: {problem}\n")
    return 1


def _port(text: str) -> int:
    return _whole(text, 0, 65535)


def _size(text: str) -> int:
    return _whole(text, 1, 2**31)


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def _token(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("it cannot be empty")
    return text


if __name__ == "__main__":
    sys.exit(main())
