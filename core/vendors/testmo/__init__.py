"""Testmo: it executes nothing, it records what the tests came to."""
