"""Autify: two products, for web and for mobile, with an API and a token each. They share words, not code paths."""
