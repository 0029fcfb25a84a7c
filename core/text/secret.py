"""Secrets: a type whose text comes out only at the wire, and a redactor that knows every form one may take."""

from binascii import b2a_base64
from collections.abc import Iterable

from core.text.sanitize import defuse, hides

MASK = "***"
SHORTEST = 3  # shorter texts occur everywhere: hiding them would make every log unreadable
UNLIKELY = 8  # characters of an encoded form that no word of another step's log is by chance
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class Secret:
    """A text that shows itself as `***` everywhere; `reveal()` is called at the wire and nowhere else.

    It wraps and does not subclass str: `+`, join, json.dumps and padded format specs would leak a subclass.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not pickled")


class Redactor:
    """Replaces secrets by `***` in texts bound for a person, a file or a vendor: raw, and in their encoded forms.

    Also a secret that invisible characters lie in, whoever takes them out later, and be it a reader's eye: the text is
    then given without any such character.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._forms: tuple[str, ...] = ()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: Secret) -> None:
        """Hide this secret too, from now on."""
        found = set(self._forms)
        text = secret.reveal()
        for part in {text, text.strip(), *text.splitlines()}:
            if len(part) >= SHORTEST:
                found.update(form for form in encoded_forms(part) if len(form) >= SHORTEST)
        # The longest first, so that a form inside another does not leave the rest of it standing.
        self._forms = tuple(sorted(found, key=lambda form: (-len(form), form)))

    def __call__(self, text: str) -> str:
        """The very same object where there is nothing to hide."""
        text = self.hide(text)
        return self._seen_through(text) if hides(text) else text

    def hide(self, text: str) -> str:
        """The same of a text without invisible characters, or one that loses them and is looked at again then."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def _seen_through(self, text: str) -> str:
        """The text as whoever takes out what is invisible will see it, where that shows a secret."""
        visible = defuse(text)
        found = [form for form in self._forms if form in visible]
        for form in found:
            visible = visible.replace(form, MASK)
        return visible if found else text

    def beginning(self, text: str) -> str:
        """The beginning of a text that was cut, redacted: half a secret at its end is one that nobody would know."""
        clean = self(text)
        for shown in (clean, defuse(clean)) if hides(clean) else (clean,):
            size = max((_overlap(shown, form) for form in self._forms), default=0)
            if size >= SHORTEST:
                return shown[:-size] + MASK
        return clean


def _overlap(text: str, form: str) -> int:
    """How many characters at the end of the text are the beginning of the form."""
    return next((size for size in range(min(len(form), len(text)), 0, -1) if text.endswith(form[:size])), 0)


def encoded_forms(text: str) -> set[str]:
    """The text, and what JSON, URLs, XML, Base64 (at each of three alignments), hex and repr make of it."""
    raw = text.encode("utf-8", "surrogateescape")
    xml = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    forms = {text, xml, xml.replace('"', "&quot;"), xml.replace('"', "&quot;").replace("'", "&#x27;")}
    twice = escaped.replace("\\", "\\\\").replace('"', '\\"')  # JSON that stands as a text in JSON
    forms |= {escaped, twice, "".join(map(_json_ascii, escaped)), repr(text)[1:-1]}
    return forms | _url_forms(raw) | {raw.hex(), raw.hex().upper()} | _base64_forms(raw)


def carried_forms(text: str) -> list[str]:
    """What a header or an address makes of the text: its forms in Base64 and URLs, too long to hide words by chance."""
    raw = text.encode("utf-8", "surrogateescape")
    urls = {form for form in _url_forms(raw) if form != text and ("%" in form or "+" in form)}  # not just in lower case
    return sorted(form for form in _base64_forms(raw) | urls if len(form) >= UNLIKELY)


def _url_forms(raw: bytes) -> set[str]:
    url = "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in raw)
    return {url, url.replace("%2F", "/"), url.replace("%20", "+"), url.lower()}


def _json_ascii(character: str) -> str:
    """A character as JSON has it that is kept to ASCII: astral ones as two halves."""
    if character.isascii():
        return character
    halves = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{halves[at : at + 4]}" for at in range(0, len(halves), 4))


def _base64_forms(raw: bytes) -> set[str]:
    """What Base64 of any text containing `raw` must contain, whatever stands before and after it."""
    forms = set()
    for shift in range(3):
        encoded = b2a_base64(b"\0" * shift + raw, newline=False).decode("ascii").rstrip("=")
        start = (0, 2, 3)[shift]  # characters that also depend on the bytes before
        end = len(encoded) - bool((shift + len(raw)) % 3)  # the last one depends on the bytes after
        middle = encoded[start:end]
        if len(middle) >= 2 * SHORTEST:
            forms |= {middle, middle.replace("+", "-").replace("/", "_")}
    return forms
