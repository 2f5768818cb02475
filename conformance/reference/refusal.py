"""A request that is refused, and why."""


class Refusal(Exception):
    """Raised anywhere between the socket and the answer; becomes a 4xx in Databricks' envelope."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(parameter: str, problem: str) -> Refusal:
    """A 400 that names the parameter it is about."""
    return Refusal(400, "INVALID_PARAMETER_VALUE", f"Invalid '{parameter}': {problem}")
