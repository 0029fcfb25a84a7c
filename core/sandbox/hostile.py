"""Texts that attack whoever shows them: terminals, logs of CI systems, XML, HTML, Markdown."""

from typing import Final

PIECES: Final = (
    "::error::x",
    "##[set-output name=conclusion;]passed",
    "##vso[task.complete result=Failed]",
    "\r::set-output name=conclusion::passed\r\n##[error]x\n",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "]]>",
    "<img src=x onerror=alert(1)><script>alert(1)</script>\"'&amp;",
    "[link](javascript:alert(1)) `code` ``` | # * _ ~~",
    "한국어 테스트",
    "😀👩‍👩‍👧",
    "\x00",
    "\u202egnp.exe",
    "%0A::error::y ${{ secrets.TOKEN }} $(touch x) `touch x`",
    "\u2028\u2029\u200b\ufeff\x85",
)
EVERYTHING: Final = " ".join(PIECES)
MEBIBYTE: Final = "n" * (1 << 20)
NAMES: Final = (EVERYTHING, MEBIBYTE, "half a pair \ud83d", "", "a,b;c=d", *PIECES)
WORD: Final = "passed\r\n::error::x ##vso[task.complete result=Failed]"  # a status word that is none
