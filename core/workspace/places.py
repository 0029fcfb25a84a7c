"""Our two folders in the workspace: no pattern of the user's looks into them."""

RESULTS = "test-results/test-runner"
"""Where results go, in a folder for each step, unless `results-dir` says otherwise."""

STATE = ".test-runner"
"""The journals, and files that only one step and its command need."""
