"""What people call things at Autify by: an id, or the address of a page. Numbers on the web, short words on mobile."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.options import Kind, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.vendors.autify.settings import Settings

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


def references(settings: "Settings") -> Iterator[tuple[str, Ref]]:
    """Every reference in the inputs, with the input's name."""
    for scenario in settings.scenarios:
        yield "scenarios", scenario
    if settings.test_plan is not None:
        yield "test-plan", settings.test_plan


def check_ids(settings: "Settings", convert: Callable[[str], object]) -> Iterator[Problem]:
    """What is no id of the product, or an address of the other one."""
    product, other = ("mobile", "web") if settings.product == "mobile" else ("web", "mobile")
    if settings.project_id:
        yield from _wrong("project-id", settings.project_id, convert)
    for name, ref in references(settings):
        if ref.host == HOSTS[other]:
            text = f"is an address of the product {other}, and `product` is {product}."
            yield name, f"{text} Set `product: {other}`, or copy the address from {HOSTS[product]}."
            continue
        for text in (ref.project, ref.id) if ref.project else (ref.id,):
            yield from _wrong(name, text, convert)


def _wrong(name: str, text: str, convert: Callable[[str], object]) -> Iterator[Problem]:
    try:
        convert(text)
    except ValueError as error:
        yield name, str(error)


def projects(settings: "Settings", run_id: str) -> list[str]:
    """The projects that the inputs name, by an id or inside an address: check() has made sure that it is one."""
    found = {ref.project for _, ref in references(settings)} | {settings.project_id, _project_of(run_id)}
    web = settings.product == "web"  # there 077 is 77
    plain = {text.lstrip("0") if web else text for text in found if text}
    return sorted(plain, key=lambda text: (len(text), text))


def _project_of(run_id: str) -> str:
    try:
        return run_reference(run_id).project
    except ValueError:
        return ""
