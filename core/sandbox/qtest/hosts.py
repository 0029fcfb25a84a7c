"""qTest: hosts and agents."""

from typing import Any

from core.sandbox.box import Call
from core.sandbox.qtest import asks, search, wire
from core.sandbox.qtest.agenda import go_to_work
from core.sandbox.qtest.knobs import KnownGuid
from core.sandbox.qtest.records import Agent, Host
from core.sandbox.qtest.state import RefusedError, State, new_id, ping

NOTHING: Any = None  # an answer without a body


def register_host(state: State, call: Call) -> Any:
    asked = asks.host_of(call.body)
    known = next((one for one in state.hosts.values() if one.asked.host_guid == asked.host_guid), None)
    if known is not None and state.knobs.known_guid is KnownGuid.CONFLICT:
        raise RefusedError(409, "A host with this GUID is registered already")
    if known is not None and state.knobs.known_guid is KnownGuid.UPSERT:
        known.asked = asked
        return wire.host(known)
    host = Host(id=new_id(state, "host"), asked=asked)
    state.hosts[host.id] = host
    return wire.host(host)


def update_host(state: State, call: Call) -> Any:
    host = host_at(state, call.numbers[0])
    host.asked = asks.host_of(call.body)
    return NOTHING


def ping_host(state: State, call: Call) -> Any:
    host = host_at(state, call.numbers[0])
    if asks.guid_of(call.body) != host.asked.host_guid:
        raise RefusedError(400, "host_guid is not that of this host")
    ping(state, host)
    return wire.pong(state.clock)


def create_agent(state: State, call: Call) -> Any:
    project, host = call.numbers
    host_at(state, host)
    asked = asks.agent_of(call.body)
    agent = Agent(id=new_id(state, "agent"), project=project, host=host, asked=asked, active=asked.active)
    state.agents[agent.id] = agent
    if agent.active:
        go_to_work(state, agent)
    return wire.agent(agent)


def update_agent(state: State, call: Call) -> Any:
    agent = _agent_at(state, call)
    agent.asked = asks.agent_of(call.body)
    agent.active = agent.asked.active
    if agent.active:
        go_to_work(state, agent)
    return wire.agent(agent)


def activate_agent(state: State, call: Call) -> Any:
    agent = _agent_at(state, call)
    agent.active = True
    go_to_work(state, agent)
    return NOTHING


def deactivate_agent(state: State, call: Call) -> Any:
    _agent_at(state, call).active = False
    return NOTHING


def delete_agent(state: State, call: Call) -> Any:
    del state.agents[_agent_at(state, call).id]
    return NOTHING


def search_agents(state: State, call: Call) -> Any:
    wanted = search.asked(call.query, asks.object_of(call.body))
    found = [one for one in state.agents.values() if search.fits(wanted.conditions, state, one)]
    shown = [search.chosen(wanted.fields, wire.found_agent(one)) for one in found]
    return wire.page(shown, wanted.page, wanted.size)


def host_at(state: State, number: int) -> Host:
    if number not in state.hosts:
        raise RefusedError(404, "Host does not exist")
    return state.hosts[number]


def _agent_at(state: State, call: Call) -> Agent:
    project, host, number = call.numbers
    host_at(state, host)
    agent = state.agents.get(number)
    if agent is None or (agent.project, agent.host) != (project, host):
        raise RefusedError(404, "Agent does not exist")
    return agent
