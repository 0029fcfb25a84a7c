"""What people call things at Autify by: an id, or the address of a page. Numbers on the web, short words on mobile."""

from dataclasses import dataclass

from core.inputs.options import Kind

HOSTS = {"web": "app.autify.com", "mobile": "mobile-app.autify.com"}
LONGEST = 100
PUNCTUATION = "-_.~=:"  # what means nothing in the path of an address


@dataclass(frozen=True, slots=True)
class Ref:
    """Something at Autify as it was written; `project` and `host` are known where the user pasted an address."""

    id: str
    project: str = ""
    host: str = ""


def reference(folder: str, example: str) -> Kind:
    """An id, or an address with `/projects/P/<folder>/ID` in its path, whose query is ignored.

    What an id looks like is for the product to say, see check_ids().
    """

    def convert(text: str) -> Ref:
        if "/" not in text:
            return Ref(text)
        parts = text.partition("?")[0].partition("#")[0].split("/")
        for at, part in enumerate(parts[:-3]):
            if part == "projects" and parts[at + 2] == folder:
                return Ref(parts[at + 3], parts[at + 1], parts[2].lower() if "://" in text else "")
        raise ValueError(f"{text!r} is neither an id nor an address like …/projects/77/{folder}/3001.")

    return Kind("id or address", convert, example=example)


def opaque(text: str) -> str:
    """An id of Autify for mobile. Raises ValueError with a sentence for the user."""
    letters = text.translate(dict.fromkeys(map(ord, PUNCTUATION)))
    if not (letters.isascii() and letters.isalnum() and len(text) <= LONGEST):
        raise ValueError(f"{text!r} is no id: it is a short word such as 4yyFEL, as in the address of Autify's page.")
    return text


def run_reference(run_id: str) -> Ref:
    """A run by its id or its page's address. Raises ValueError with a sentence for the user."""
    found = reference("results", "").convert(run_id)
    if not isinstance(found, Ref):
        raise TypeError("a reference is no reference")  # only the type checker doubts it
    return found
