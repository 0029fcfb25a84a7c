"""Vendor XML: what is honest is read, every trick is one ValueError, soon and in little memory."""

import tracemalloc

import pytest

from core.guarded.xml import BLOCK, DEEPEST, LARGEST, LONGEST_TAG, MOST, elements

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


ATTRIBUTES = " ".join(f'b{n}=""' for n in range(MOST))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<r>" + "<a/>" * (LARGEST // 4 - 10) + "</r>", "elements"),
        ("<r>" + '<a b="" c=""/>' * (MOST // 3 + 1) + "</r>", "elements"),
        ("<r>" + "<!---->" * (MOST + 1) + "</r>", "elements"),
        ("<r>" + "<?a?>" * (MOST + 1) + "</r>", "elements"),
        (f"<r {ATTRIBUTES}/>", "longer"),
        ("<r b='" + "x" * (LARGEST - 100) + "'/>", "longer"),
        ("<r><!--" + "x" * (LARGEST - 100) + "--></r>", "longer"),
    ],
    ids=["elements", "attributes", "comments", "instructions", "many-in-a-tag", "long-attribute", "long-comment"],
)
def test_what_would_fill_the_memory_is_refused_before_it_does(text: str, why: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=why):
            elements(text)
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


def test_an_honest_report_of_many_devices_and_long_words_is_read() -> None:
    case = '<testcase name="d" time="1"><system-out>x</system-out></testcase>\n'
    words = "w" * (4 * LONGEST_TAG)
    text = f"<testsuites><testsuite>{case * 10_000}</testsuite><!-- {'c' * BLOCK} --><a>{words}</a></testsuites>"
    assert [len(elements(text)[0]), elements(text)[1].text] == [10_000, words]
