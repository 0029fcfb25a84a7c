"""ATS's wire: samples written by hand from the vendor's facts are understood, and come back, as canonical XML."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from core.sandbox import SCENARIOS, Progression, Sandbox
from tests.sandbox.ats_support import AtsClient, look_text, start_text, values_of
from tests.sandbox.support import Reply

SAMPLES = Path(__file__).parents[1] / "wire" / "mendix-ats"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}")


def sample(name: str, job: str = "JOB") -> bytes:
    return (SAMPLES / f"{name}.xml").read_bytes().replace(b"JOB", job.encode())


def canonical(document: bytes) -> str:
    return ET.canonicalize(document.decode(), strip_text=True, rewrite_prefixes=True)


def job_of(reply: Reply) -> str:
    job = values_of(reply)["JobID"] or ""
    assert UUID.fullmatch(job), job
    return job


def same(reply: Reply, name: str, job: str = "JOB") -> bool:
    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    assert canonical(reply.body) == canonical(sample(name, job))
    return True


def test_a_job_is_started(ats: AtsClient) -> None:
    reply = ats.post("RunJob", sample("run-job.request"))
    assert reply.status == 200
    assert same(reply, "run-job.reply", job_of(reply))


def test_a_start_is_refused_in_an_answer_like_any_other(ats: AtsClient) -> None:
    reply = ats.post("RunJob", sample("run-job.request").replace(b"t0ken", b"wrong"))
    assert reply.status == 200
    assert same(reply, "run-job.refused")


def test_a_queued_job_has_neither_result_nor_cases(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(progression=Progression.after(5))
    job = ats.start()
    assert same(ats.post("GetJobStatus", sample("get-test-run.request", job)), "get-test-run.queued")


def test_a_failed_job_has_flags_counts_and_cases(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=SCENARIOS["one-failure"])
    job = ats.start()
    assert same(ats.post("GetJobStatus", sample("get-test-run.request", job)), "get-test-run.failed")


def test_an_unknown_job_has_a_message_and_no_status(ats: AtsClient) -> None:
    unknown = "0c3b9fbe-7e5f-4a0e-9b6f-6f1a2e1d5c11"
    reply = ats.post("GetJobStatus", sample("get-test-run.request", unknown))
    assert reply.status == 200
    assert same(reply, "get-test-run.unknown-job", unknown)


def test_what_did_not_pass_is_run_again_as_another_job(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=SCENARIOS["one-failure"])
    job = ats.start()
    ats.look(job)
    reply = ats.post("RerunNotPassed", sample("rerun-not-passed.request", job))
    assert job_of(reply) != job
    assert same(reply, "rerun-not-passed.reply", job_of(reply))


def test_a_request_that_does_not_fit_is_answered_by_a_fault(ats: AtsClient) -> None:
    reply = ats.post("RunJob", re.sub(rb"<AppID>.*</AppID>", b"", sample("run-job.request")))
    assert reply.status == 500
    assert same(reply, "fault")


def test_texts_are_cdata_and_the_rest_is_not(ats: AtsClient, ats_box: Sandbox) -> None:
    body = ats.post("GetJobStatus", look_text(ats.start())).body
    for literal in (
        b"<ExecutionStatus><![CDATA[Done]]></ExecutionStatus>",
        b"<ExecutionResult><![CDATA[Passed]]></ExecutionResult>",
        b'<ErrorMessage xsi:nil="true"/>',
        b"<CountPassed>3</CountPassed>",
        b"<Canceled>false</Canceled>",
    ):
        assert literal in body


@pytest.mark.parametrize("content_type", ["text/xml", "text/xml; charset=utf-8", "application/xml", "TEXT/XML"])
def test_both_xml_content_types_are_taken_and_no_soapaction_is_needed(ats: AtsClient, content_type: str) -> None:
    assert values_of(ats.post("RunJob", start_text(), content_type))["Started"] == "true"


def test_a_soapaction_is_ignored(ats: AtsClient) -> None:
    headers = {"Content-Type": "text/xml", "SOAPAction": '"http://www.facilities.co.za/valid8service/RunJob"'}
    assert values_of(ats.call("POST", "/ws/RunJob", start_text(), headers))["Started"] == "true"
