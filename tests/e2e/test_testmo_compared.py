"""The same files through the vendor's own client and through ours: what arrives is the same, but for listed things.

The differences are those of docs/testmo-cli-differences.md. How the client is had stands in test_testmo_cli.py.
"""

import os
import re
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from core.sandbox import BOXES, Sandbox
from core.sandbox.testmo import RecordedRun, recorded
from tests.e2e.support import Step
from tests.e2e.testmo_client import CLI, needs_client

pytestmark = needs_client
ALPHABET = "".join(chr(97 + number % 26) for number in range(20_000))


def suite(*cases: str, attributes: str = 'name="s" time="9.5"') -> str:
    return f"<testsuites><testsuite {attributes}>{''.join(cases)}</testsuite></testsuites>"


def properties(*pairs: tuple[str, str]) -> str:
    inside = "".join(f'<property name="{name}" value="{value}"/>' for name, value in pairs)
    return f'<testcase classname="c" name="n"><properties>{inside}</properties></testcase>'


def many(kind: str, count: int) -> str:
    return properties(*((f"{kind}{number}", f"https://x.test/{number}.png") for number in range(count)))


SAME = {
    "plain": suite('<testcase name=" adds item " classname=" shop.Cart " time="0.06" file="a.py" line="12" '
                   'assertions="2"/>'),
    "no class": suite('<testcase name="smoke"/>'),
    "class": suite('<testcase name="smoke" class="old.Style" duration="2"/>'),
    "comma": suite('<testcase name="x" classname="c" time="1,5"/>'),
    "odd numbers": suite('<testcase name="x" classname="c" time="-1" line="-3" assertions="x"/>'),
    "failure": suite('<testcase name="x" classname="c"><failure message="boom" type="E">a\nb</failure></testcase>'),
    "message alone": suite('<testcase name="x" classname="c"><failure message=" boom " type="E"/></testcase>'),
    "type alone": suite('<testcase name="x" classname="c"><error type="E"/></testcase>'),
    "nothing said": suite('<testcase name="x" classname="c"><skipped/></testcase>'),
    "all at once": suite('<testcase name="x" classname="c"><error>e</error><failure message="f1">t</failure>'
                         '<skipped message="s"/><failure message="f2"/></testcase>'),
    "outputs": suite('<testcase name="x" classname="c"><system-out>\n  one\ntwo  \n</system-out><system-err>three'
                     '</system-err></testcase>'),
    "empty outputs": suite('<testcase name="x" classname="c"><system-out> \n</system-out><system-err/></testcase>'),
    "directives": suite('<testcase name="x" classname="c"><system-out>one\n[[ATTACHMENT|https://x.test/out.log]]\n'
                        '[[ATTACHMENT|out/local.log]]\n[[PROPERTY|k=v]]\n[[PROPERTY|url:u=https://q.test]]\n'
                        '[[PROPERTY|many]]\na\nb\n[[/PROPERTY]]\n[[PROPERTY|step=said]]\ntail</system-out>'
                        '<system-err>err\n[[PROPERTY|e=f]]</system-err></testcase>'),
    "property types": suite(properties(
        ("string:S", "s"), ("url:U", "https://u.test"), ("url:Bad", "ftp://u.test"), ("text:T", "t"),
        ("console:C", "c"),
        ("html:H", "&lt;b&gt;h&lt;/b&gt;"), ("other:O", "o"), ("URL:U", "https://u.test"), ("", "no name"),
        ("empty", ""), ("  spaced ", "  v "))),
    "text property": suite('<testcase name="x" classname="c"><properties><property name="t">a\nb</property>'
                           '<property name="none"/></properties></testcase>'),
    "attachments": suite(properties(
        ("attachment", "https://x.test/a/b/pic.png"), ("Attachment2", "local/file.txt"), ("attachment", "https://x.test"),
        ("attachment", "https://x.test/dir/"), ("attachmentName", "https://x.test/data.json"))),
    "steps": suite(properties(("step", "first"), ("step2[passed]", "second"), ("STEP[failure]", "third"))),
    "steps' statuses": suite(properties(
        ("step[ passed ]", "first"), ("step[a b]", "second"), ("step3[failed] x", "third"), ("steps[passed]", "fourth"),
        ("step[]", "fifth"))),
    "text beside a blank value": suite(
        '<testcase name="x" classname="c"><properties><property name="b" value=" ">text</property><property name="c" '
        'value="">more\ntext</property><property name="d" value="v">none</property><property name="e" value=" "/>'
        "</properties></testcase>"),
    "few attachments": suite(many("attachment", 24)),
    "few properties": suite(many("p", 24)),
    "long strings": suite(f'<testcase name="{ALPHABET[:800]}" classname="{ALPHABET[:900]}"><failure '
                          f'message="{ALPHABET}" type="{ALPHABET}">{ALPHABET}</failure></testcase>'),
    "long fields": suite(properties((ALPHABET[:800], ALPHABET[:800]), ("html:h", ALPHABET), ("text:t", ALPHABET))),
    "two suites": '<testsuites><testsuite name="a" time="3"><testcase name="x" classname="c" time="2"/></testsuite>'
                  '<testsuite name="b" time="4"><testcase name="y" classname="c"/></testsuite></testsuites>',
    "root's time": '<testsuites time="5"><testsuite name="s" time="7"><testcase name="x" classname="c" time="1"/>'
                   "</testsuite></testsuites>",
    "one suite": '<testsuite name="s" time="7"><testcase name="x" classname="c" time="1"/></testsuite>',
    "twice": suite('<testcase name="x" classname="c"/>', '<testcase name="x" classname="c"/>'),
    "entities": suite('<testcase name="&lt;a&gt; &amp;amp; &#228;" classname="c"><failure>&lt;x&gt; &amp; y</failure>'
                      "</testcase>"),
    "line break": suite('<testcase name="a  b&#10;c" classname="c"/>'),
}  # fmt: skip
OTHER = {  # file: (a part of what theirs sends, a part of what ours sends in its place)
    "no name": (suite('<testcase classname="c"/>', '<testcase classname="c" name="x"/>'), "cases", 1, 2),
    "disabled": (suite('<testcase classname="c" name="x" status="disabled"/>'), "status", "passed", "skipped"),
    "suite's error": (suite("<error message='no'/>", '<testcase classname="c" name="x"/>'), "cases", 1, 2),
    "rerun": (suite('<testcase classname="c" name="x"><rerunFailure message="m"/></testcase>'),
              "status", "passed", "failure"),
    "exponent": (suite('<testcase classname="c" name="x" time="1e-3"/>'), "elapsed", None, 1000),
    "thousands": (suite('<testcase classname="c" name="x" time="1,234.5"/>'), "elapsed", None, 1_234_500_000),
    "http attachment": (suite(properties(("attachment", "http://x.test/a.txt"))), "artifacts", 0, 1),
    "25 attachments": (suite(many("attachment", 30)), "artifacts", 24, 25),
    "25 properties": (suite(many("p", 30)), "fields", 24, 25),
}  # fmt: skip


@dataclass
class Station:
    """A box over TLS, and a workspace for both clients."""

    sandbox: Sandbox
    step: Step
    authority: Path

    def theirs(self, *wrapped: str) -> RecordedRun:
        command = [CLI, "automation:run:submit", "--instance", self.sandbox.origin, "--project-id", "1", "--name", "n"]
        environment = {**os.environ, "TESTMO_TOKEN": "t0ken", "NODE_EXTRA_CA_CERTS": str(self.authority)}
        done = subprocess.run(
            [*command, "--source", "frontend", "--results", "results.xml", *(("--", *wrapped) if wrapped else ())],
            cwd=self.step.workspace, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return recorded(self.sandbox.ledger)[-1]

    def ours(self, **inputs: str) -> RecordedRun:
        self.step.run(
            vendor="testmo", token="t0ken", base_url=self.sandbox.origin, project_id="1", source="frontend",
            name="n", results="results.xml", ca_bundle=str(self.authority), scenarios="",
            **inputs,
        )  # fmt: skip
        return recorded(self.sandbox.ledger)[-1]


@pytest.fixture
def station(step: Step, tmp_path: Path) -> Iterator[Station]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    with Sandbox(vendor="testmo", scenario=BOXES["testmo"].scenarios["strict-statuses"], tls=context) as sandbox:
        yield Station(sandbox, step, path)


def shape(run: RecordedRun) -> dict[str, Any]:
    """What of a run must be equal: all of its tests, its threads' times, and what the run says of itself."""
    tests = [{name: value for name, value in asdict(test).items() if name != "id"} for test in run.tests]
    for test in tests:
        test["fields"] = [{"is_highlight": False, **field} for field in test["fields"]]
    own = [field for field in run.fields if field["name"] != "Recorded as"]
    threads = [(thread.computed, thread.observed, thread.completed) for thread in run.threads]
    return {"tests": tests, "threads": threads, "run": (run.name, run.source, run.tags, own, run.links, run.measured)}


SAID = {
    "lines": "printf ' one\\n\\ntwo \\n\\n'",
    "a long line": f"printf {ALPHABET[:18_000]}",
    "many lines": "n=0; while [ $n -lt 2500 ]; do echo line $n; n=$((n+1)); done",
}


@pytest.mark.parametrize("name", SAID)
def test_the_command_s_output_is_the_same(name: str, station: Station) -> None:
    (station.step.workspace / "made.xml").write_text(suite('<testcase name="x" classname="c"/>'), encoding="utf-8")
    (station.step.workspace / "told.sh").write_text(f"{SAID[name]}\ncp made.xml results.xml\n", encoding="utf-8")
    theirs, ours = station.theirs("sh", "told.sh"), station.ours(command="sh told.sh")
    their_thread, our_thread = theirs.threads[0], ours.threads[0]
    (their_field,), (our_field,) = their_thread.fields, our_thread.fields
    assert (our_field["name"], our_field["type"]) == (their_field["name"], their_field["type"])
    seconds = re.compile(r"(?<=Exited after )[0-9.]+(?= seconds with exit code 0$)")
    (their_seconds,), (our_seconds,) = (seconds.findall(each["value"]) for each in (their_field, our_field))
    if len(our_field["value"]) < 16_000:
        assert seconds.sub("N", our_field["value"]) == seconds.sub("N", their_field["value"])
    else:  # how the two halves divide depends on how many digits the seconds have
        assert our_field["value"][:8_000] == their_field["value"][:8_000]
        tails = [seconds.sub("N", each["value"])[-8_000:] for each in (their_field, our_field)]
        assert tails[0] == tails[1]
        assert len(our_field["value"]) == len(their_field["value"])
    assert float(our_seconds) > 0 < float(their_seconds)
    assert our_thread.observed == round(float(our_seconds) * 1_000_000)


@pytest.mark.parametrize("name", SAME)
def test_the_same_arrives(name: str, station: Station) -> None:
    (station.step.workspace / "results.xml").write_text(SAME[name], encoding="utf-8")
    theirs, ours = station.theirs(), station.ours()
    assert theirs.id != ours.id
    assert shape(ours) == shape(theirs)


def facts(run: RecordedRun, what: str) -> object:
    if what == "cases":
        return len(run.tests)
    found = getattr(run.tests[0], what)
    return len(found) if isinstance(found, tuple) else found


@pytest.mark.parametrize("name", OTHER)
def test_where_ours_differs_it_is_on_purpose(name: str, station: Station) -> None:
    text, what, theirs, ours = OTHER[name]
    (station.step.workspace / "results.xml").write_text(text, encoding="utf-8")
    assert facts(station.theirs(), what) == theirs
    assert facts(station.ours(), what) == ours
