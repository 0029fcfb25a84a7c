"""Hear an answer that comes before the whole request is sent, over TLS too.

A gateway that takes no file of this size says so at once and closes the connection. The library goes on to read the
answer when a plain connection breaks under it; over TLS the same break has another name, which it takes for the end.
"""

import ssl
from typing import Any

import requests.adapters
import urllib3
import urllib3.connection


class _Connection(urllib3.connection.HTTPSConnection):
    def send(self, data: Any) -> None:
        try:
            super().send(data)
        except ssl.SSLEOFError as error:
            raise BrokenPipeError from error


class _Pool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Connection


class Adapter(requests.adapters.HTTPAdapter):
    """For addresses with https."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self._teach(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        self._teach(manager)
        return manager

    def _teach(self, manager: urllib3.PoolManager) -> None:
        manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": _Pool}
