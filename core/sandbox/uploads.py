"""How a fault lets the body of a request come in."""

from collections.abc import Callable, Iterator

from core.sandbox.wire import Body


def taken(kind: str | None, body: Body, pause: Callable[[], None]) -> Iterator[bytes]:
    """Yield as much of a body as the fault `kind` takes, at its pace. `pause` is called after each slow piece."""
    match kind:
        case "413":
            return
        case "reset-mid-upload" | "hang-mid-upload":
            yield from body.half()
        case "slow-upload":
            for piece in body.pieces():
                yield piece
                pause()
        case _:
            yield from body.pieces()
