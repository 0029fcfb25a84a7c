"""Vendor XML: what is honest is read, every trick is one ValueError, soon and in little memory."""

import pytest

from core.guarded_xml import DEEPEST, LARGEST, elements

BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 100}">' for n in range(9))


@pytest.mark.parametrize(
    "text",
    [
        "<a>한</a>",
        "\n\t <?xml version='1.0' encoding='UTF-8'?><a>한</a>",
        "<?xml version='1.0' encoding='EUC-KR'?><a>한</a>",
        "<a>&#54620;</a>",
        "<a><![CDATA[한]]></a>",
    ],
)
def test_honest_xml_is_read_whatever_its_declaration_says(text: str) -> None:
    assert elements(text).text == "한"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "broken"),
        ("<a>", "broken"),
        ("<a/><b/>", "broken"),
        ("<a>&</a>", "broken"),
        ("<a href='?x=1&y=2'/>", "broken"),
        ("<a>\x01</a>", "broken"),
        ("<a>&nbsp;</a>", "broken"),
        ("<!DOCTYPE a><a/>", "DTD"),
        ('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>', "DTD"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "DTD"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "DTD"),
        (f"<!DOCTYPE a [{BOMB}]><a>&e8;</a>", "DTD"),
        ("<a>" * (DEEPEST + 1) + "</a>" * (DEEPEST + 1), "deeper"),
        ("<a>" * 200_000, "deeper"),
        ("<a>" + "x" * LARGEST + "</a>", "more than"),
        ("<a>\ud800</a>", ""),
    ],
    ids=range(16),
)
def test_every_trick_is_a_value_error(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why or "surrogates"):
        elements(text)


def test_as_deep_as_is_allowed_is_read() -> None:
    assert elements("<a>" * DEEPEST + "</a>" * DEEPEST).tag == "a"
