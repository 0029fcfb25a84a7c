"""The vendors by name. Adding one is one package here, one line below, one box in the sandbox."""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from core.inputs.options import Problem
    from core.ports import VendorSpec

    class Inputs(Protocol):
        """A vendor's module `settings`.

        `UNSUPPORTED` has the common inputs that this vendor can't serve, each with the reason as a sentence, and
        `REQUIRED` those that it can't do without.
        """

        Settings: type
        REQUIRED: Mapping[str, str]
        UNSUPPORTED: Mapping[str, str]

        def check(self, settings: Any, mode: str, run_id: str, **common: int) -> list[Problem]:
            """The problems that no single input shows. A vendor that can run again gets `rerun_failed` too.

            A sentence that names another input, in backticks, is left out where that one is told as wrong already.
            """
            ...

    class RecorderInputs(Inputs, Protocol):
        """That of a recorder: `mode` is `record` where it is asked to record another vendor's report.

        `ADDRESS` says what its `base-url` is, and `OWN_TESTS` are the inputs that make sense only where the vendor
        itself is asked, since they say where the results come from.
        """

        ADDRESS: str
        OWN_TESTS: tuple[str, ...]


VENDORS: dict[str, str] = {
    "autify": "core.vendors.autify",
    "mendix-ats": "core.vendors.mendix_ats",
    "apptest-ai": "core.vendors.apptest_ai",
    "testmo": "core.vendors.testmo",
    "qtest": "core.vendors.qtest",
}
RECORDERS = ("testmo",)
"""Those that the reports of the others can be recorded at, by the input `record-to`."""


def load(name: str) -> "VendorSpec":
    """The vendor's spec; only the vendor that is asked for is imported."""
    spec: VendorSpec = import_module(f"{VENDORS[name]}.spec").SPEC
    return spec


def inputs_of(name: str) -> "Inputs":
    """The vendor's inputs, without the adapter: bad input must not pay for it."""
    inputs: Any = import_module(f"{VENDORS[name]}.settings")
    return inputs  # type: ignore[no-any-return]


def recorder_inputs_of(name: str) -> "RecorderInputs":
    """The same of one of the RECORDERS."""
    inputs: Any = inputs_of(name)
    return inputs  # type: ignore[no-any-return]
