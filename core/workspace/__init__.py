"""The job's files: those that we write, and the user's reports that we look for."""
