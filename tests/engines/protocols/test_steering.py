from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ide.engines.model import SteerFailed
from ide.engines.protocols.steering import NOT_STEERED, Steering


def steered(*texts: str, accepted: bool = False) -> Steering:
    steering = Steering(True, "csk-8f3kq2m4x9v7tyrw5p6n")
    for text in texts:
        assert steering.want(text) == []
    assert [message["input"] for message in steering.due("resp_1")] == list(texts)
    for number in range(len(texts) if accepted else 0):
        steering.accept(about(f"steer_{number}"))
    return steering


def about(name: str | None, parent: str = "resp_1", **more: object) -> dict[str, Any]:
    steer = {"previous_response_id": parent} | ({"id": name} if name else {})
    return {"type": "response.steer", "steer": steer, **more}


def refused(name: str | None, parent: str = "resp_1", code: str = "invalid_input") -> dict[str, Any]:
    return about(name, parent, error={"code": code, "message": "no, not with csk-8f3kq2m4x9v7tyrw5p6n"})


def test_a_redirection_names_only_its_response() -> None:
    steering = Steering(True, None)
    steering.want("Use colours")
    assert steering.due("resp_1") == [
        {"type": "response.steer", "previous_response_id": "resp_1", "input": "Use colours"}
    ]
    assert steering.due("resp_1") == []
    assert steering.owed


def test_a_successor_commits_what_was_accepted_for_the_response_before_it() -> None:
    steering = steered("a", "b", accepted=True)
    assert steering.accepted
    assert steering.commit("resp_0") == []
    assert steering.commit("resp_1") == ["a", "b"]
    assert steering.commit("resp_1") == []
    assert not steering.owed


def test_a_model_that_takes_none_says_so_and_is_not_asked_again() -> None:
    steering = steered("a")
    (failed,) = steering.fail(refused(None, code="steering_not_supported"))
    assert failed.message == "no, not with [hidden]"
    assert not steering.supported
    assert steering.want("b") == [SteerFailed(NOT_STEERED)]
    assert not steering.owed


def test_a_refusal_is_the_one_it_names_or_else_the_first_that_was_not_accepted() -> None:
    steering = steered("a", "b")
    steering.accept(about("steer_0"))
    assert len(steering.fail(refused(None))) == 1
    assert steering.commit("resp_1") == ["a"]
    steering = steered("a", "b", accepted=True)
    assert len(steering.fail(refused("steer_0"))) == 1
    assert steering.commit("resp_1") == ["b"]


def test_what_is_said_of_other_streams_redirections_is_nothing() -> None:
    steering = steered("a")
    steering.accept(about("steer_9", "resp_9"))
    assert steering.fail(refused("steer_9", "resp_9")) == []
    assert steering.fail(refused(None, "resp_9")) == []
    assert not steering.accepted
    assert steering.owed


def test_what_tools_owe_is_answered_once_without_the_redirection() -> None:
    steering = steered("a", "b", accepted=True)
    stubs = [
        {"type": "function_call_output", "call_id": "call_1", "name": "look"},
        {"type": "mcp_approval_response", "approval_request_id": "ask_1"},
        7,
    ]
    message = steering.pending(about("steer_0", required_input=stubs))
    assert message == {
        "previous_response_id": "resp_1",
        "input": [
            {"type": "function_call_output", "call_id": "call_1", "output": "There are no tools here. Go on without."},
            {"type": "mcp_approval_response", "approval_request_id": "ask_1", "approve": False},
        ],
    }
    assert steering.pending(about("steer_1", required_input=stubs)) is None
    assert steering.commit("resp_1") == ["a", "b"]


@pytest.mark.parametrize("accepted", [False, True])
def test_what_is_open_at_the_end_was_not_taken(accepted: bool) -> None:
    steering = steered("a", "b", accepted=accepted)
    steering.want("c")
    assert steering.give_up("over") == [SteerFailed("over")] * 3
    assert steering.give_up("over") == []
    assert not steering.owed


@settings(max_examples=100)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5) | st.just("resp_1") | st.just("steer_0"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["steer", "id", "previous_response_id", "error", "code", "message", "required_input"]),
                inner,
            )
        ),
        max_leaves=10,
    )
)
def test_no_json_breaks_it(body: object) -> None:
    event = body if isinstance(body, dict) else {"steer": body}
    for text in (steered("a"), steered("a", accepted=True)):
        text.accept(event)
        text.pending(event)
        text.fail(event)
        assert len(text.commit("resp_1")) <= 1
