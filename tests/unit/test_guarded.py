"""JSON and YAML with a trick in it end as ValueError, quickly."""

import gc
import json
import time
import weakref

import pytest

from core.guarded import json as guarded_json
from core.guarded import yaml as guarded_yaml


@pytest.mark.parametrize(
    "text",
    [
        b'{"status":"failed","status":"passed"}',
        b'{"a":{"b":1,"b":2}}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" + b"9" * 5_000 + b"]",
        b"[NaN]",
        b"[-Infinity]",
        b"",
        b'{"a":1',
        b"\xff\xfe",
        b"<html>",
    ],
    ids=["twice", "twice-deep", "deep-list", "deep-object", "huge", "nan", "infinity", "empty", "cut", "bytes", "html"],
)
def test_json_with_a_trick_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the library's own texts differ
        guarded_json.loads(text)


def test_no_finalizer_runs_where_the_stack_is_used_up() -> None:
    class Node:
        me: "Node"

    ends: list[bool] = []
    for _ in range(gc.get_threshold()[0] + 1):
        node = Node()
        node.me = node
        weakref.finalize(node, lambda: ends.append(gc.isenabled()))
    del node
    with pytest.raises(ValueError, match="deep"):
        guarded_json.loads(b'[{"a":[' * 100_000)
    assert gc.isenabled()
    gc.collect()
    assert all(ends)


def test_plain_json_is_read() -> None:
    assert guarded_json.loads(b'{"a":[1,null,"\\u00fc"]}') == {"a": [1, None, "ü"]}


ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(8)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ALIASES, "alias"),
        ("&a [*a]", "alias"),
        ("[" * 2_000, "nested"),
        ("{a: " * 2_000, "nested"),
        ("a: 1\na: 2", "twice"),
        ("a: [", "valid YAML"),
        ("x" * 100_000, "longer"),
        ("? [a]\n: b", "no text"),
        ("a: b: c", "valid YAML"),
        ("--- a\n--- b", "valid YAML"),
    ],
    ids=["aliases", "cycle", "deep", "deep-map", "twice", "cut", "long", "odd-key", "nested-colon", "two-documents"],
)
def test_yaml_with_a_trick_is_refused_quickly_and_says_why(text: str, said: str) -> None:
    began = time.process_time()
    with pytest.raises(ValueError, match=said):
        guarded_yaml.load(text)
    assert time.process_time() - began < 1


def test_yaml_words_stay_words() -> None:
    found = guarded_yaml.load("{a: on, b: 22:22, c: true, d: 12, e: '12', f: ~, g: 1.5, h: !!python/name:os.system ''}")
    assert found == {"a": "on", "b": "22:22", "c": True, "d": 12, "e": "12", "f": None, "g": "1.5", "h": ""}


def test_a_document_of_countless_small_values_is_refused_before_it_is_built() -> None:
    with pytest.raises(ValueError, match="more elements"):
        guarded_json.loads(b'{"data":[' + b"{}," * 600_000 + b"{}]}")


def test_a_long_text_may_hold_as_many_commas_as_it_likes() -> None:
    text = "a,b{[" * 400_000 + '\\"'
    assert guarded_json.loads(json.dumps([text]).encode()) == [text]
