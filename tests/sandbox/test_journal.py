"""The journal keeps bodies for assertions, as many as there is room for, and the size of all."""

import json

from core.sandbox import Sandbox
from core.sandbox.journal import BODIES
from tests.sandbox.support import Client
from tests.sandbox.testmo import PASSED, create, ours, thread


def test_bodies_are_kept_until_the_room_is_full(scribe: Client, testmo: Sandbox) -> None:
    path = f"/automation/runs/threads/{thread(scribe, create(scribe))}/append"
    large = json.dumps({"tests": [PASSED], "padding": "x" * (BODIES // 4)}).encode()
    for _ in range(5):
        assert scribe.call("POST", path, large).status == 204
    assert scribe.call("POST", path, {"tests": [PASSED]}).status == 204
    appends = testmo.journal[2:]
    assert [one.size for one in appends] == [len(large)] * 5 + [appends[-1].size]
    assert [one.body == large for one in appends] == [True] * 3 + [False] * 3
    assert [one.body for one in appends[3:5]] == [b"", b""]
    assert json.loads(appends[5].body) == {"tests": [PASSED]}, "a small one still finds room"
    assert len(ours(testmo)[0].tests) == 6
