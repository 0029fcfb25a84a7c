"""What holds for all tests, whoever runs them."""

import signal


def pytest_configure() -> None:
    """A runner under `nohup` has SIGHUP ignored, and would hand that on to every program that a test starts."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
