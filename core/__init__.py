"""Start a test run at a vendor, wait for it, gate on it, show it. Importing this package runs nothing."""

VERSION = "0.1.0"  # a constant: reading package metadata at start costs 40 ms
PROJECT = "https://github.com/org/test-runner-action"
