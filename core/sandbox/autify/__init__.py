"""Autify (web): state, wire and routes apart."""

from core.sandbox.autify.box import AutifyBox

__all__ = ["AutifyBox"]
