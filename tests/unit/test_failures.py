"""What the library's exceptions mean: behind a proxy, too, only what surely never left may be repeated."""

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProxyError

from core.errors import Fault
from core.http.failures import of_exception


def proxied(cause: Exception) -> requests.exceptions.ProxyError:
    """As requests hands it on."""
    reason = ProxyError("Unable to connect to proxy", cause)
    return requests.exceptions.ProxyError(MaxRetryError(None, "/x", reason))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cause", "fault"),
    [
        (ConnectionResetError(104, "Connection reset by peer"), Fault.LOST),
        (OSError("Tunnel connection failed: 403 Forbidden"), Fault.NO_CONNECTION),
        (NewConnectionError(None, "refused"), Fault.NO_CONNECTION),  # type: ignore[arg-type]
    ],
)
def test_a_reset_behind_a_proxy_may_have_had_its_effect(cause: Exception, fault: Fault) -> None:
    found = of_exception("POST /x", "vendor.example", proxied(cause))
    assert found.fault is fault
    assert found.fault.surely_without_effect == (fault is Fault.NO_CONNECTION)
