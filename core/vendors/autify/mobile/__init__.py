"""Autify for mobile: upload a build, run a test plan with it, then read one result.

Wire: `swagger-mobile.yml` of https://github.com/autifyhq/autify-sdk-js, corrected where recordings of the real service
differ.
"""
