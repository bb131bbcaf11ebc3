"""What a link in a mail, or a code that was mailed, is refused for."""

from cinema.errors import DomainError


class LinkOver(DomainError):
    """The link was ours and has ended: its tickets were issued again, or its show was long ago."""

    code = "link_over"
    status = 410
    title = "This link has ended"


class CodeRequired(DomainError):
    """Looking is enough from a link; for this, a code from the booking's mailbox has to come along."""

    code = "code_required"
    status = 403
    title = "A code is needed"


class CodeRefused(DomainError):
    """The code is wrong, used, too old, or was guessed at too often: the answer does not say which."""

    code = "wrong_code"
    status = 403
    title = "Wrong code"


class TooManyCodes(DomainError):
    """Enough codes were mailed within the last hour; `retry_after` is in seconds."""

    code = "too_many_codes"
    status = 429
    title = "Too many codes"
