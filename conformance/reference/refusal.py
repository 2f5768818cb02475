"""A request that is refused, and why."""

from typing import Any


class Refusal(Exception):
    """Raised anywhere between the socket and the answer; becomes a 4xx.

    ``code`` is OpenAI's word for the reason, ``param`` the parameter that the refusal is about; there may be neither.
    """

    def __init__(self, status: int, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param

    @property
    def body(self) -> dict[str, Any]:
        """OpenAI's envelope, which its clients can read. It has two types of errors, whatever the 4xx is."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


def invalid(param: str, problem: str, code: str = "invalid_value") -> Refusal:
    """A 400 that names the parameter it is about."""
    return Refusal(400, f"Invalid '{param}': {problem}", code, param)
