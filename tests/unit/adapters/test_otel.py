"""What GenAI spans become, where the golden files do not already say it."""

from hashlib import sha256
from typing import Any

import pytest
from orjson import dumps

from streams.adapters.base import content_digest
from streams.codec.bounds import EXCERPT_CHARS_MAX, ITEMS_MAX, TEXT_CHARS_MAX
from streams.core.evidence import ContextKind, Trust
from streams.core.parties import Authority
from tests.unit.adapters.events import TRACE, adapted, context, prompt, refusal, span

INPUT, OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"


def text(value: Any) -> str:
    return dumps(value).decode()


@pytest.mark.parametrize("operation", ["chat", "generate_content", "text_completion", "invoke_agent"])
def test_asking_a_model_is_a_prompt(operation: str) -> None:
    made = prompt(span(operation))
    assert made.event_id == f"otel:{TRACE}:b7ad6b7169203331"
    assert (made.decision_id, made.text, made.agent_id) == (f"trace:{TRACE}", "", "unknown")


@pytest.mark.parametrize(
    ("operation", "kind"), [("execute_tool", ContextKind.TOOL_RESULT), ("retrieval", ContextKind.RETRIEVAL)]
)
def test_showing_a_model_something_is_a_context(operation: str, kind: ContextKind) -> None:
    made = context(span(operation, parentSpanId="00f067aa0ba902b7", endTimeUnixNano="1795428249000000000"))
    assert (made.kind, made.trust) == (kind, Trust.UNTRUSTED)
    assert made.prompt_id == f"otel:{TRACE}:00f067aa0ba902b7"
    assert made.occurred_at == 1_795_428_249_000


@pytest.mark.parametrize(
    ("name", "became"),
    [
        ("gen_ai.prompt", "prompt"), ("gen_ai.request.model", "prompt"), ("gen_ai.agent.name", "prompt"),
        ("gen_ai.tool.name", "context"),
    ],
)  # fmt: skip
def test_an_operation_that_is_not_named_is_inferred(name: str, became: str) -> None:
    event = span() | {"attributes": [{"key": name, "value": {"stringValue": "x"}}]}
    (only,) = adapted("otel", event).evidence
    assert type(only).__name__.lower() == became


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ({"http.request.method": "POST"}, "a span that is not about generative AI"),
        ({"gen_ai.operation.name": "embeddings"}, "an embedding, which decides nothing"),
    ],
)
def test_other_spans_are_ignored(attributes: dict[str, str], why: str) -> None:
    assert adapted("otel", {**span(), "attributes": attributes}).ignored == why


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"traceId": "xyz"}, "traceId must be 32 hex digits"),
        ({"spanId": 5}, "spanId must be text"),
        ({"startTimeUnixNano": None}, "startTimeUnixNano is missing"),
        ({"startTimeUnixNano": "yesterday"}, "startTimeUnixNano must be nanoseconds"),
        ({"attributes": [{"value": {}}]}, "attributes[0].key is missing"),
        ({"attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": 1}}]}, "stringValue must be text"),
        ({"attributes": [{"key": "a", "value": {"intValue": "one"}}]}, "intValue must be a whole number"),
        ({"attributes": {"gen_ai.operation.name": 5}}, "attribute gen_ai.operation.name must be text"),
        ({"attributes": {"gen_ai.operation.name": "dream"}}, "gen_ai.operation.name dream is mapped by nobody"),
        ({"attributes": {"gen_ai.operation.name": "chat", "gen_ai.agent.id": "x" * 300}}, "has 300 characters"),
        ({"attributes": {"openinference.span.kind": "LLM"}}, "belongs to a vocabulary that is not read"),
    ],
)
def test_a_malformed_span_is_refused_with_the_reason(fields: dict[str, Any], complaint: str) -> None:
    assert complaint in refusal("otel", span() | fields)


def test_logs_are_refused_because_prompts_may_be_in_them() -> None:
    assert "logs and metrics are not read" in refusal("otel", {"resourceLogs": []})


@pytest.mark.parametrize("name", ["clawback.decision.id", "baggage.clawback.decision.id"])
def test_a_named_decision_counts_before_the_trace(name: str) -> None:
    assert prompt(span(attributes={name: "CHG 4711/2"})).decision_id == "CHG 4711/2"


def test_without_a_trace_or_a_decision_a_prompt_waits_for_one() -> None:
    result = adapted("otel", span(traceId="0" * 32, attributes={"gen_ai.agent.id": "bot"}))
    assert result.evidence == ()
    assert [(u.kind, u.actor_id) for u in result.undecided] == [("prompt", "bot")]
    assert "decision_id" not in result.undecided[0].evidence


@pytest.mark.parametrize("authority", Authority)
def test_the_intended_authority_is_carried(authority: Authority) -> None:
    assert prompt(span(attributes={"clawback.authority": authority.value})).authority is authority


def test_an_unknown_authority_is_not_none() -> None:
    assert "must be one of none, recommend" in refusal("otel", span(attributes={"clawback.authority": "Execute"}))


@pytest.mark.parametrize(
    ("messages", "shown"),
    [
        (text([{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]), "user: Hi"),
        (text([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]), "user: Hi\nassistant: Ho"),
        (text([{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]), "user: Hi"),
        (text({"role": "user", "content": "Hi"}), "user: Hi"),
        (text([{"role": "user", "parts": [{"type": "blob", "content": "AAAA"}]}]), "user: [blob]"),
        (text([{"role": "user", "parts": [{"type": "uri", "uri": "https://x"}]}]), "user: [uri https://x]"),
        (
            text([{"role": "tool", "parts": [{"type": "tool_call_response", "id": "c"}]}]),
            "tool: [answer of tool call c]",
        ),
        (text(["Hi", None, 5, {"parts": [None, {"type": "text"}]}]), "Hi\n5"),
        ("Hi [not json", "Hi [not json"),
        ("[1, 2", "[1, 2"),
        ('"Hi"', "Hi"),
    ],
)
def test_messages_are_shown_as_text(messages: str, shown: str) -> None:
    assert prompt(span(attributes={INPUT: messages})).text == shown


def test_a_long_prompt_is_cut_with_a_mark() -> None:
    made = prompt(span(attributes={INPUT: "y" * 100_000, OUTPUT: "z" * 100_000}))
    assert len(made.text) == len(made.rationale) == TEXT_CHARS_MAX
    assert made.text.endswith("[…cut, 100000 characters in all]")
    result = context(span("execute_tool", attributes={"gen_ai.tool.call.result": "w" * 100_000}))
    assert len(result.excerpt) == EXCERPT_CHARS_MAX
    assert result.digest == sha256(b"w" * 100_000).hexdigest()


def test_arguments_have_one_digest_however_they_are_written() -> None:
    shapes: tuple[Any, ...] = ({"b": 1, "a": [2]}, '{"a": [2],  "b": 1}')
    digests = {
        call.arguments_digest
        for given in shapes
        for call in prompt(
            span(attributes={OUTPUT: text([{"parts": [{"type": "tool_call", "name": "t", "arguments": given}]}])})
        ).tool_calls
    }
    assert digests == {content_digest('{"a":[2],"b":1}')}


def test_structured_attributes_are_the_same_as_json_in_a_text() -> None:
    def any_value(plain: Any) -> dict[str, Any]:
        if isinstance(plain, dict):
            return {"kvlistValue": {"values": [{"key": k, "value": any_value(v)} for k, v in plain.items()]}}
        if isinstance(plain, list):
            return {"arrayValue": {"values": [any_value(item) for item in plain]}}
        names = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}
        return {} if plain is None else {names[type(plain)]: str(plain) if type(plain) is int else plain}

    arguments = {"n": 9_007_199_254_740_993, "flag": True, "share": 0.5, "list": [None, -1]}
    messages = [{"parts": [{"type": "tool_call", "name": "t", "arguments": arguments}]}]
    structured = {**span(), "attributes": [*span()["attributes"], {"key": OUTPUT, "value": any_value(messages)}]}
    assert prompt(structured) == prompt(span(attributes={OUTPUT: text(messages)}))


def test_arguments_that_were_not_recorded_have_no_digest() -> None:
    (call,) = prompt(span(attributes={OUTPUT: text([{"parts": [{"type": "tool_call", "name": "t"}]}])})).tool_calls
    assert (call.name, call.arguments_digest) == ("t", "")


def test_more_tool_calls_than_a_record_holds_are_refused() -> None:
    parts = [{"type": "tool_call", "name": f"t{n}"} for n in range(ITEMS_MAX + 1)]
    assert f"more than {ITEMS_MAX} tools" in refusal("otel", span(attributes={OUTPUT: text([{"parts": parts}])}))
    assert len(prompt(span(attributes={OUTPUT: text([{"parts": parts[1:]}])})).tool_calls) == ITEMS_MAX


def test_a_prompt_declares_the_answers_of_tools_that_it_was_shown() -> None:
    response = {"type": "tool_call_response", "id": "call_1", "response": {"found": True}}
    asked = prompt(span(attributes={INPUT: text([{"role": "tool", "parts": [response]}])}))
    result = {"gen_ai.tool.call.id": "call_1", "gen_ai.tool.call.result": '{ "found": true }'}
    answered = context(span("execute_tool", attributes=result))
    (declared,) = asked.contexts
    assert (declared.context_id, declared.digest) == (answered.context_id, answered.digest)


def test_of_many_answers_the_latest_are_declared() -> None:
    parts = [{"type": "tool_call_response", "id": f"c{n}", "response": n} for n in range(ITEMS_MAX + 3)]
    declared = prompt(span(attributes={INPUT: text([{"role": "tool", "parts": parts}])})).contexts
    assert [c.context_id for c in declared] == [f"c{n}" for n in range(3, ITEMS_MAX + 3)]


def test_reasoning_is_the_rationale_and_the_answer_stands_in_for_it() -> None:
    said = {"type": "text", "content": "Yes."}
    thought = {"type": "reasoning", "content": "Because."}
    assert prompt(span(attributes={OUTPUT: text([{"parts": [said, thought]}])})).rationale == "Because."
    assert prompt(span(attributes={OUTPUT: text([{"parts": [said]}])})).rationale == "Yes."


def test_attributes_of_the_span_count_before_those_of_its_events() -> None:
    events = [
        {"name": "gen_ai.content.prompt", "attributes": [{"key": INPUT, "value": {"stringValue": "event"}}]},
        {"name": "exception", "attributes": [{"key": "clawback.decision.id", "value": {"stringValue": "x"}}]},
    ]
    assert prompt(span(events=events)).text == "event"
    assert prompt(span(events=events, attributes={INPUT: "span"})).text == "span"
    assert prompt(span(events=events)).decision_id == f"trace:{TRACE}"
