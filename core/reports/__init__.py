"""A report on its way to its readers: without secrets, made once, in flat memory."""
