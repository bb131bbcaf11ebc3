"""Refusals as Razorpay words them, with their HTTP status."""

from typing import Any

UNKNOWN_ID = "The id provided does not exist"


class ApiError(Exception):
    """Becomes `{"error": {code, description, field, source, step, reason, metadata}}` with `status`."""

    def __init__(
        self,
        description: str,
        *,
        field: str | None = None,
        code: str = "BAD_REQUEST_ERROR",
        status: int = 400,
        source: str = "business",
        step: str = "payment_initiation",
        reason: str = "input_validation_failed",
        metadata: dict[str, str] | None = None,
    ) -> None:
        super().__init__(description)
        self.status = status
        self.body: dict[str, Any] = {
            "error": {
                "code": code,
                "description": description,
                "field": field,
                "source": source,
                "step": step,
                "reason": reason,
                "metadata": metadata or {},
            }
        }


class NotAuthenticated(ApiError):
    """The key or its secret is not the one the sandbox runs with."""

    def __init__(self) -> None:
        super().__init__("Authentication failed", status=401, source="NA", step="NA", reason="NA")


class ServerFailed(ApiError):
    """Razorpay's own failure: the caller may try again, later each time."""

    def __init__(self, description: str = "We are facing some trouble completing your request.") -> None:
        super().__init__(
            description, code="SERVER_ERROR", status=500, source="internal", step="NA", reason="server_error"
        )
