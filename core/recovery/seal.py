"""What shows that a line of a journal is ours: a hash of it that only who has the vendor's token can make.

The journal lies in the workspace, where a pull request or a test may put a file, and `cleanup` acts with the token on
what it says. The hash covers the file's name and the line, which bears its number: no line counts twice, or elsewhere.
It tells nothing of a token, which is random; passwords, which may not be, are left out of it (core.commands.sealing).
"""

from collections.abc import Sequence

from core.text.secret import Secret

SIZE = 16  # bytes
_PURPOSE = b"journal"
_BEFORE, _AFTER = b', "seal": "', b'"}'
_LENGTH = len(_BEFORE) + 2 * SIZE + len(_AFTER)


class Seal:
    """Made of the secrets that the vendor knows us by."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._secrets = secrets
        self._key = b""

    def sealed(self, name: str, line: bytes) -> bytes:
        """The line, a JSON object without its line end, with one member more. `name` is the file's."""
        return line[:-1] + _BEFORE + self._hash(name, line) + _AFTER

    def is_whole(self, name: str, line: bytes) -> bool:
        """Whether it is a line that sealed() gave."""
        import hmac  # noqa: PLC0415 -- mostly there is no journal to read

        line = line.rstrip(b"\n")
        rest, last = line[:-_LENGTH], line[-_LENGTH:]
        return hmac.compare_digest(last, _BEFORE + self._hash(name, rest + b"}") + _AFTER)

    def _hash(self, name: str, line: bytes) -> bytes:
        import hashlib  # noqa: PLC0415 -- the same; whoever writes one has loaded it with requests

        if not self._key:
            text = "\0".join(secret.reveal() for secret in self._secrets)
            self._key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), person=_PURPOSE).digest()
        told = name.encode("utf-8", "surrogateescape") + b"\0" + line
        return hashlib.blake2b(told, key=self._key, digest_size=SIZE).hexdigest().encode()
