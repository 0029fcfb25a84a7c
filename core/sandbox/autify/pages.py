"""Autify: the web application, as far as the sandbox has one."""

import html

from core.sandbox.box import HTML, Answer


def html_page(status: int, title: str, text: str) -> Answer:
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>
<body><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p></body></html>
"""
    return Answer(status=status, body=page.encode("utf-8", "replace"), content_type=HTML)
