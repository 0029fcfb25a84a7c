"""JUnit as its writers really write it, rewritten: a file, and the cases that a person would count in it."""

from dataclasses import dataclass

from core.model import Outcome

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.SKIPPED


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """`cases`: path, class, name, outcome, seconds. `flaky`: names. `doubts`: how many. `hides`: failures."""

    xml: str | bytes
    cases: tuple[tuple[tuple[str, ...], str, str, Outcome, float | None], ...]
    flaky: tuple[str, ...] = ()
    doubts: int = 0
    hides: bool = False


def _one(
    name: str = "adds", outcome: Outcome = P, seconds: float | None = None, suite: str = "s"
) -> tuple[tuple[str, ...], str, str, Outcome, float | None]:
    return ((suite,), "shop.Cart", name, outcome, seconds)


def _case(inside: str = "", name: str = "adds", more: str = "") -> str:
    return f'<testcase classname="shop.Cart" name="{name}"{more}>{inside}</testcase>'


def _suite(inside: str, more: str = "") -> str:
    return f'<testsuite name="s"{more}>{inside}</testsuite>'


DIALECTS = {
    "a bare suite": Dialect(
        xml='<?xml version="1.0" encoding="UTF-8"?>\n' + _suite(_case(more=' time="0.25"')),
        cases=(_one(seconds=0.25),),
    ),
    "suites without counts": Dialect(
        xml=f"<testsuites>{_suite(_case())}{_suite(_case(name='removes'))}</testsuites>",
        cases=(_one(), _one("removes")),
    ),
    "no suite inside of the root": Dialect(
        xml=f'<testsuites name="all">{_case()}</testsuites>', cases=(_one(suite="all"),)
    ),
    "suites inside of suites": Dialect(
        xml='<testsuites name="all" tests="3"><testsuite name="a"><testsuite name="b">'
        + _case()
        + "</testsuite>"
        + _case(name="late")
        + '</testsuite><testsuite name="c">'
        + _case(name="last")
        + "</testsuite></testsuites>",
        cases=(
            (("all", "a", "b"), "shop.Cart", "adds", P, None),
            (("all", "a"), "shop.Cart", "late", P, None),
            (("all", "c"), "shop.Cart", "last", P, None),
        ),
    ),
    "an element that nobody knows, around cases": Dialect(
        xml=_suite(f"<tests>{_case()}</tests><x><failures/></x>"), cases=(_one(),)
    ),
    "every word for an outcome": Dialect(
        xml=_suite(
            _case('<failure message="m" type="T">text</failure>', "f")
            + _case('<error message="m"/>', "e")
            + _case("<skipped/>", "s")
            + _case("<skipped/><failure/>", "sf")
            + _case("<failure/><error/>", "fe")
            + _case("<error/><failure/>", "ef")
            + _case("<unknown/>", "p")
        ),
        cases=(
            _one("f", F),
            _one("e", E),
            _one("s", S),
            _one("sf", F),
            _one("fe", E),
            _one("ef", E),
            _one("p"),
        ),
    ),
    "Surefire: passed at last": Dialect(
        xml=_suite(
            _case(
                '<flakyFailure message="m"><stackTrace>t</stackTrace><system-out>o</system-out></flakyFailure>'
                "<flakyError/>"
            ),
            ' tests="3" failures="1" errors="1"',
        ),
        cases=(_one(),),
        flaky=("adds",),
    ),
    "Surefire: failed each time": Dialect(
        xml=_suite(_case("<failure>a</failure><rerunFailure>b</rerunFailure><rerunError>c</rerunError>")),
        cases=(_one(outcome=F),),
    ),
    "failed each time, and only the further attempts say so": Dialect(
        xml=_suite(_case("<rerunFailure/>")), cases=(_one(outcome=F),)
    ),
    "Gradle: each attempt is a case": Dialect(
        xml=_suite(_case("<failure/>") + _case() + _case(name="other"), ' tests="3" failures="1"'),
        cases=(_one(outcome=F), _one(), _one("other")),
        flaky=("adds",),
    ),
    "the same name in another suite is no second attempt": Dialect(
        xml=f"<testsuites>{_suite(_case('<failure/>'))}{_suite(_case())}</testsuites>", cases=(_one(outcome=F), _one())
    ),
    "the same name in another class is no second attempt": Dialect(
        xml=_suite(_case("<failure/>") + '<testcase classname="x" name="adds"/>'),
        cases=(_one(outcome=F), (("s",), "x", "adds", P, None)),
    ),
    "a suite that failed to load": Dialect(
        xml='<testsuite name="s" tests="1" errors="1"><properties/><error message="no class">trace</error></testsuite>',
        cases=((("s",), "s", "<init>", E, None),),
    ),
    "a suite that failed to load, among cases": Dialect(
        xml=_suite(f"{_case()}<failure/>{_case(name='b')}"),
        cases=(_one(), (("s",), "s", "<init>", F, None), _one("b")),
    ),
    "GoogleTest: switched off": Dialect(
        xml=_suite(
            _case(more=' status="notrun" result="suppressed"')
            + _case(name="b", more=' status="run" result="completed"')
        ),
        cases=(_one(outcome=S), _one("b")),
    ),
    "Catch2: its tests are assertions": Dialect(
        xml=_suite(_case(), ' tests="7" failures="0"'), cases=(_one(),), doubts=1
    ),
    "Catch2: each check that failed is a failure, and a test": Dialect(
        xml=_suite(
            _case() + _case('<failure message="1==2"/>\n<failure message="1==3"/>\n<failure message="1==4"/>', "multi"),
            ' tests="4" failures="3" errors="0"',
        ),
        cases=(_one(), _one("multi", F)),
    ),
    "Catch2: a test that may fail, among others": Dialect(
        xml=_suite(
            _case('<skipped message="TEST_CASE tagged with !mayfail"/><failure message="1==2"/>', "may")
            + _case("<failure/>", "must", ' status="run"'),
            ' tests="2" failures="1" errors="0"',
        ),
        cases=(_one("may", S), _one("must", F)),
    ),
    "Catch2: a test that may fail, alone, in words that nobody knows": Dialect(
        xml=_suite(_case("<skipped/><failure/>", more=' status="run"'), ' tests="1" failures="0" errors="0"'),
        cases=(_one(outcome=S),),
    ),
    "skipped and failed, where the suite says nothing of errors": Dialect(
        xml=_suite(_case("<skipped/><failure/>"), ' failures="0"'), cases=(_one(outcome=F),)
    ),
    "skipped with a further attempt, in a suite that claims none": Dialect(
        xml=_suite(_case("<skipped/><rerunFailure/>"), ' failures="0" errors="0"'), cases=(_one(outcome=F),)
    ),
    "node:test: a todo that fails counts at its suite and not for the run": Dialect(
        xml="<testsuites>"
        + _suite(_case('<skipped type="todo" message="true"/><failure/>'), ' tests="1" errors="0" failures="1"')
        + "<!-- pass 0 -->\n<!-- fail 0 -->\n<!-- cancelled 0 -->\n<!-- todo 1 -->\n</testsuites>",
        cases=(_one(outcome=S),),
    ),
    "a todo that a crashed hook kept from running": Dialect(
        xml=_suite(
            _case('<skipped type="todo"/><failure>expected</failure><error>hook crashed</error>') + _case(name="b"),
            ' tests="2" failures="1" errors="1"',
        ),
        cases=(_one(outcome=E), _one("b")),
    ),
    "Catch2: a test that may fail, with an error that is not counted": Dialect(
        xml=_suite(
            _case('<skipped message="TEST_CASE tagged with !mayfail"/><error message="thrown"/>', "may")
            + _case("<failure/>", "must"),
            ' tests="2" failures="1" errors="0"',
        ),
        cases=(_one("may", S), _one("must", F)),
    ),
    "a test that may fail, with an error that the suite says nothing of": Dialect(
        xml=_suite(_case('<skipped message="!mayfail"/><error/>')), cases=(_one(outcome=E),)
    ),
    "Surefire: one of two that failed is lost, beside one that passed at its second attempt": Dialect(
        xml=_suite(
            _case('<flakyFailure message="m">t</flakyFailure>') + _case(name="b"), ' tests="3" failures="1" errors="1"'
        ),
        cases=(_one(), _one("b")),
        flaky=("adds",),
        doubts=1,
        hides=True,
    ),
    "node:test: an error that is lost, beside a todo that failed": Dialect(
        xml=_suite(_case('<skipped type="todo"/><failure/>') + _case(name="b"), ' tests="2" failures="1" errors="1"'),
        cases=(_one(outcome=S), _one("b")),
        doubts=1,
        hides=True,
    ),
    "node:test: a parent that failed of itself": Dialect(
        xml="<testsuites>"
        + _suite(_case(), ' tests="1" errors="0" failures="0"')
        + "<!-- tests 2 -->\n<!-- pass 1 -->\n<!-- fail 1 -->\n<!-- cancelled 0 -->\n</testsuites>",
        cases=(_one(),),
        doubts=1,
        hides=True,
    ),
    "node:test: cancelled, in an element that nobody knows": Dialect(
        xml=_suite(f"<undefined>{_case()}<!-- cancelled 1 --></undefined>"),
        cases=(_one(),),
        doubts=1,
        hides=True,
    ),
    "node:test: a failure that is held, and counted with its parents": Dialect(
        xml=f"<testsuites>{_suite(_case('<failure/>'))}<!-- fail 2 --></testsuites>", cases=(_one(outcome=F),)
    ),
    "comments that claim nothing": Dialect(
        xml=_suite(f"{_case('<!-- fail 1 -->')}<!-- fails 1 --><!-- fail one --><!-- fail --><!-- fail -1 -->"),
        cases=(_one(),),
    ),
    "PHPUnit 9: a warning is a failure": Dialect(
        xml=_suite(
            _case(r'<warning type="PHPUnit\Framework\Warning">no data</warning>', "warns") + _case(),
            ' tests="2" assertions="1" errors="0" warnings="1" failures="0" skipped="0"',
        ),
        cases=(_one("warns", F), _one()),
    ),
    "PHPUnit 9: a warning that got lost": Dialect(
        xml=_suite(_case(), ' tests="1" assertions="1" errors="0" warnings="1" failures="0"'),
        cases=(_one(),),
        doubts=1,
        hides=True,
    ),
    "warnings of other writers": Dialect(
        xml=_suite(_case('<warning type="style">w</warning><warning/>'), ' tests="1" warnings="2" failures="0"'),
        cases=(_one(),),
    ),
    "Ginkgo: a suite that failed for a reason of its own": Dialect(
        xml=_suite(
            '<properties><property name="SuiteSucceeded" value="false"/><property name="RandomSeed" value="1"/>'
            '<property name="SpecialSuiteFailureReason" value="pending specs"/></properties>'
            + _case()
            + _case('<skipped message="pending"/>', "later", ' status="pending"'),
            ' tests="2" disabled="1" errors="0" failures="0"',
        ),
        cases=(_one(), _one("later", S)),
        doubts=1,
        hides=True,
    ),
    "Ginkgo: a suite that failed by a case, and one that succeeded": Dialect(
        xml="<testsuites>"
        + _suite('<properties><property name="SuiteSucceeded" value="false"/></properties>' + _case("<failure/>"))
        + _suite(
            '<properties><property name="SuiteSucceeded" value="true"/>'
            '<property name="SpecialSuiteFailureReason" value=""/></properties>' + _case()
        )
        + "</testsuites>",
        cases=(_one(outcome=F), _one()),
    ),
    "a property of a case that is called like one of a suite": Dialect(
        xml=_suite(_case('<properties><property name="SuiteSucceeded" value="false"/></properties>') + _case(name="b")),
        cases=(_one(), _one("b")),
    ),
    "CTest: what could not be started, and what was skipped": Dialect(
        xml=_suite(
            _case('<skipped message="Unable to find executable"/>', "gone", ' status="notrun"')
            + _case('<skipped message="Fixture dependency failed"/>', "dep", ' status="notrun"')
            + _case('<skipped message="SKIP_RETURN_CODE=77"/>', "code", ' status="notrun"')
            + _case("", "off", ' status="disabled"')
            + _case('<skipped message="Required Files Missing"/>', "elsewhere"),
            ' tests="5" failures="0" disabled="1" skipped="3"',
        ),
        cases=(_one("gone", E), _one("dep", E), _one("code", S), _one("off", S), _one("elsewhere", S)),
    ),
    "mocha-junit-reporter: a pending test is counted, and not written": Dialect(
        xml='<testsuites name="all" tests="2" failures="0" skipped="1">'
        + _suite(_case(), ' tests="2" failures="0"')
        + "</testsuites>",
        cases=((("all", "s"), "shop.Cart", "adds", P, None),),
    ),
    "a skipped case that is held excuses none that is not": Dialect(
        xml=_suite(_case() + _case("<skipped/>", "b"), ' tests="3" failures="0" skipped="1"'),
        cases=(_one(), _one("b", S)),
        doubts=1,
    ),
    "TestCafe: errors equal to failures": Dialect(
        xml=_suite(_case() + _case("<failure><![CDATA[boom]]></failure>", "b"), ' tests="2" failures="1" errors="1"'),
        cases=(_one(), _one("b", F)),
    ),
    "stylelint: warnings are no cases": Dialect(
        xml=_suite(_case(), ' tests="1" failures="1" errors="1"'), cases=(_one(),), doubts=1, hides=True
    ),
    "RuboCop: a failure for each offense": Dialect(
        xml=_suite(_case('<failure message="1">a:1</failure><failure message="2">a:2</failure>'), ' failures="2"'),
        cases=(_one(outcome=F),),
    ),
    "pytest: each subtest that failed is a test": Dialect(
        xml=_suite(_case("<failure>0</failure><failure>1</failure>"), ' tests="2" failures="2" errors="0" skipped="0"'),
        cases=(_one(outcome=F),),
    ),
    "a word that says worse than skipped": Dialect(
        xml=_suite(_case("<skipped/>", more=' status="failed"')), cases=(_one(outcome=F),)
    ),
    "no success, by an attribute": Dialect(xml=_suite(_case(more=' success="False"')), cases=(_one(outcome=F),)),
    "no success, by an attribute and an element of its own": Dialect(
        xml=_suite(_case("<failed>why</failed>", more=' success="false"')), cases=(_one(outcome=F),)
    ),
    "a success, by an attribute": Dialect(xml=_suite(_case(more=' success="true"')), cases=(_one(),)),
    "CTest: failed by its status": Dialect(xml=_suite(_case(more=' status="fail"')), cases=(_one(outcome=F),)),
    "skipped with a status that says passed": Dialect(
        xml=_suite(_case("<skipped/>", more=' status="run"')), cases=(_one(outcome=S),)
    ),
    "no class, no name": Dialect(xml=_suite("<testcase/>"), cases=((("s",), "", "", P, None),)),
    "class in place of classname": Dialect(
        xml=_suite('<testcase class="shop.Cart" name="adds" duration="3"/>'), cases=(_one(seconds=3.0),)
    ),
    "times of all kinds": Dialect(
        xml=_suite("".join(_case(more=f' time="{time}"') for time in ("1,234.5", "0,25", "-3", "1e-3", "12ms", "NaN"))),
        cases=tuple(_one(seconds=seconds) for seconds in (1234.5, 0.25, None, 0.001, 0.012, None)),
    ),
    "a byte order mark": Dialect(xml=b"\xef\xbb\xbf<?xml version='1.0'?>" + _suite(_case()).encode(), cases=(_one(),)),
    "blank lines first": Dialect(xml="\n \r\n<?xml version='1.0'?>" + _suite(_case()), cases=(_one(),)),
    "UTF-16": Dialect(
        xml=('<?xml version="1.0" encoding="UTF-16"?>' + _suite(_case(name="fügt"))).encode("utf-16"),
        cases=(_one("fügt"),),
    ),
    "UTF-16 without a mark": Dialect(xml=_suite(_case(name="fügt")).encode("utf-16-le"), cases=(_one("fügt"),)),
    "Windows 1252": Dialect(
        xml=('<?xml version="1.0" encoding="windows-1252"?>' + _suite(_case(name="fügt €"))).encode("cp1252"),
        cases=(_one("fügt €"),),
    ),
    "Korean": Dialect(
        xml=('<?xml version="1.0" encoding="euc-kr"?>' + _suite(_case(name="장바구니"))).encode("euc-kr"),
        cases=(_one("장바구니"),),
    ),
    "control characters": Dialect(
        xml=_suite(_case("<failure>\x1b[31mred\x00</failure>", "a&#27;b&#x0;c&#xD83D;&#56832;d\x07")),
        cases=(_one("a\ufffdb\ufffdc\ufffd\ufffdd?", F),),
    ),
    "control characters in UTF-16": Dialect(
        xml=_suite(_case(name="a\x1bb&#27;c")).encode("utf-16"), cases=(_one("a\ufffdb\ufffdc"),)
    ),
    "CDATA, entities, comments, instructions": Dialect(
        xml=_suite(
            "<!-- <testcase name='no'/> --><?php <testcase/> ?>"
            + _case("<system-out><![CDATA[<testcase name='no'/><failure/>]]></system-out>", "&lt;a&gt; &amp; &#xFC;")
        ),
        cases=(_one("<a> & ü"),),
    ),
    "namespaces for a schema": Dialect(
        xml='<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://x/y.xsd"'
        f' name="s">{_case()}</testsuite>',
        cases=(_one(),),
    ),
    "more is claimed than there is": Dialect(
        xml=_suite(_case(), ' tests="5" failures="2" errors="0"'), cases=(_one(),), doubts=2, hides=True
    ),
    "less is claimed than there is": Dialect(
        xml=_suite(_case("<error/>"), ' tests="0" failures="0" errors="0"'), cases=(_one(outcome=E),)
    ),
    "a comment before the root, and no declaration": Dialect(
        xml=f"<!-- licence: <testsuite> -->\n<testsuites>{_suite(_case())}</testsuites>", cases=(_one(),)
    ),
    "an error on the third level, and a root that claims more": Dialect(
        xml='<testsuites name="all" tests="186" errors="0" ignored="0"><testsuite name="a" time="4.486">'
        '<testsuite name="b" time="0.014"><testsuite errors="1" tests="1" name="c"><error message="m">t</error>'
        "</testsuite>" + _case(more=' time="0.003"') + "</testsuite></testsuite></testsuites>",
        cases=(
            (("all", "a", "b", "c"), "c", "<init>", E, None),
            (("all", "a", "b"), "shop.Cart", "adds", P, 0.003),
        ),
        doubts=1,
    ),
    "one name twice, both passed": Dialect(xml=_suite(_case() + _case()), cases=(_one(), _one())),
    "Surefire: failed before all tests": Dialect(
        xml=_suite(
            '<testcase name="" classname="shop.Cart" time="0.016"><failure/></testcase>', ' tests="1" failures="1"'
        ),
        cases=(_one("", F, 0.016),),
    ),
    "a suite that claims a skipped case and holds an error": Dialect(
        xml=_suite(_case('<error message="m"><![CDATA[t]]></error>'), ' tests="1" failures="0" skipped="1"'),
        cases=(_one(outcome=E),),
    ),
    "skipped, with a reason as a text": Dialect(
        xml=_suite(_case('<skipped type="S" message="m"><![CDATA[t]]></skipped>'), ' tests="1" skipped="1"'),
        cases=(_one(outcome=S),),
    ),
    "a duration beside a time that is none": Dialect(
        xml=_suite(_case(more=' time="soon" duration="2"') + _case(more=' time="1" duration="5"')),
        cases=(_one(seconds=2.0), _one(seconds=1.0)),
    ),
    "suites with a time of their own, and times of day of all kinds": Dialect(
        xml='<testsuites timestamp="2024-01-03T11:23:00.00">'
        + _suite(_case(more=' time="10" timestamp="2024-01-03T12:27:11"'), ' time="2,503.1" timestamp="2024-01-03"')
        + _suite(_case(more=' time="20"'), ' timestamp="2024-01-03T 12:40:13"')
        + "</testsuites>",
        cases=(_one(seconds=10.0), _one(seconds=20.0)),
    ),
    "what looks like a reference in a comment": Dialect(
        xml=_suite(f"{_case('<error/>')}<!-- <system-out><![CDATA[a&#x0;b&amp#0;]]></system-out> -->"),
        cases=(_one(outcome=E),),
    ),
    "no case at all": Dialect(xml="<testsuites/>", cases=()),
}

# name: (content, what the message says)
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\t\n", "is empty"),
    "only a mark": (b"\xef\xbb\xbf", "no XML"),
    "cut in a tag": (
        "<testsuite>\n<testcase name='a'/>\n<testcase na",
        "line 3, is cut: the file ends here, inside <testsuite>",
    ),
    "cut between tags": (f"<testsuite>\n{_case()}\n", "line 3, is cut"),
    "cut in a text": ("<testsuite><testcase>\n<failure>a\nb", "line 3, is cut: the file ends here, inside <failure>"),
    "cut in CDATA": ("<testsuite><testcase><failure><![CDATA[a", "is cut"),
    "cut in a comment": ("<testsuite/><!-- ", "is cut"),
    "cut in the declaration": ("<?xml version='1.0'?>", "is cut"),
    "cut in a reference": ("<testsuite><testcase name='a'/>&#x1", "is cut"),
    "JSON": ('{"tests":1}', "no XML"),
    "text": ("1 passed\n", "no XML"),
    "HTML": ("<html><body><p>Not found</body></html>", "its root is <html>"),
    "a DTD and nothing else": ("<!ENTITY % a SYSTEM 'file:///etc/passwd'>\n<!ENTITY % b ''>", "no well-formed XML"),
    "another report": ("<result>\n<suites/></result>", "line 1, is no JUnit: its root is <result>"),
    "a case as root": ("<testcase name='a'/>", "its root is <testcase>"),
    "two documents": (f"{_suite('')}\n{_suite('')}", "line 2, is no well-formed XML: junk after document element"),
    "a bare ampersand": ("<testsuite name='a&b'/>", "not well-formed"),
    "an entity of HTML": ("<testsuite><testcase name='a&nbsp;b'/></testsuite>", "undefined entity"),
    "tags that cross": ("<testsuite>\n<testcase></testsuite></testcase>", "line 2, is no well-formed XML: mism"),
    "an attribute twice": ("<testsuite><testcase name='a' name='b'/></testsuite>", "duplicate attribute"),
    "a case inside of a case": (f"<testsuite>{_case(_case())}</testsuite>", "has a <testcase> inside of <testcase>"),
    "a case inside of a case, behind its properties": (
        "<testsuite><testcase><properties><property value='b'/></properties><testcase/></testcase></testsuite>",
        "has a <testcase> inside of <testcase>",
    ),
    "a suite inside of a case": (f"<testsuite>{_case(_suite(''))}</testsuite>", "a <testsuite> inside of <testcase>"),
    "a case inside of output": (
        f"<testsuite><system-out>{_case()}</system-out></testsuite>",
        "has a <testcase> inside of <system-out>",
    ),
    "bytes that are no UTF-8": (b"<testsuite name='\xfc'/>", "not well-formed"),
    "bytes that are no Korean": (b"<?xml version='1.0' encoding='euc-kr'?><testsuite name='\xff\xff'/>", "encoding"),
    "an encoding that nobody knows": (b"<?xml version='1.0' encoding='klingon'?><testsuite/>", "unknown encoding"),
    "an encoding that unpacks": (b"<?xml version='1.0' encoding='zlib'?><testsuite/>", "not a text encoding"),
    "gzip": (b"\x1f\x8b\x08\x00abc", "is packed (gzip)"),
    "zip": (b"PK\x03\x04abc", "is packed (zip)"),
    "too deep": ("<testsuite>" * 65, "nested more than 64"),
    "too deep in what totals leave out": (f"<testsuite>{'<properties>' * 64}", "nested more than 64"),
    "too deep in a case, in what totals leave out": (
        f"<testsuite><testcase>{'<properties>' * 63}{'</properties>' * 63}</testcase></testsuite>",
        "nested more than 64",
    ),
    "too deep inside of a text": ("<testsuite><testcase><failure>" + "<b>" * 100, "nested more than 64"),
}
