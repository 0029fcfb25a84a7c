"""Autify for web: run scenarios or a test plan, then read one result.

Wire: https://autifyhq.github.io/autify-api/swagger.yml, corrected where recordings of the real service differ.
"""
