"""qTest: runs no tests itself. This job is a short-lived automation host that fetches its jobs and runs them."""
