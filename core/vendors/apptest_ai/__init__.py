"""apptest.ai: send an app, let it be tested on each device of a project, then read one result.

Wire: the REST API v2, https://docs.apptest.ai/docs/rest-api-…, corrected by what the vendor's own clients do.
"""
