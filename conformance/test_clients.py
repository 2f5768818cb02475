"""Clients as they come out of the box: the tool loop of each, as an application would see it.

Documentation page, introduction (multi-step workflows) and "Limitations" (no stored responses).
"""

import pytest

from conformance.samples import clients

pytestmark = [pytest.mark.representative, pytest.mark.tool("function"), pytest.mark.requests(2)]


@pytest.mark.requirement("clients.openai", *clients.OPENAI.requirements)
def test_openai(ask, model):
    """The official SDK, and a loop by hand that sends back all that an answer held, nulls included."""
    ask.loop(model, clients.OPENAI)


@pytest.mark.requirement("clients.openai_agents", *clients.OPENAI_AGENTS.requirements)
def test_openai_agents(ask, model):
    """The agents SDK as it is: reasoning goes back without its content."""
    ask.loop(model, clients.OPENAI_AGENTS)


@pytest.mark.requirement("clients.openai_agents_stateless", *clients.OPENAI_AGENTS_STATELESS.requirements)
def test_openai_agents_stateless(ask, model):
    """The agents SDK that keeps encrypted reasoning, streamed."""
    ask.loop(model, clients.OPENAI_AGENTS_STATELESS)


@pytest.mark.requirement("clients.ai_sdk", *clients.AI_SDK.requirements)
def test_ai_sdk(ask, model):
    """The AI SDK as it is: what was answered goes back as a reference."""
    ask.loop(model, clients.AI_SDK)


@pytest.mark.requirement("clients.ai_sdk_stateless", *clients.AI_SDK_STATELESS.requirements)
def test_ai_sdk_stateless(ask, model):
    """The AI SDK that keeps encrypted reasoning, streamed."""
    ask.loop(model, clients.AI_SDK_STATELESS)


@pytest.mark.requirement("clients.langchain", *clients.LANGCHAIN.requirements)
def test_langchain(ask, model):
    """LangChain and ChatDatabricks: ids of the client's own, a function that is not strict."""
    ask.loop(model, clients.LANGCHAIN)


@pytest.mark.requirement("clients.pydantic_ai", *clients.PYDANTIC_AI.requirements)
def test_pydantic_ai(ask, model):
    """pydantic-ai: messages as texts, calls without ids."""
    ask.loop(model, clients.PYDANTIC_AI)


@pytest.mark.quick
@pytest.mark.tool("custom", "web_search")
@pytest.mark.models(custom_tools=True)
@pytest.mark.requirement("clients.codex", *clients.CODEX.requirements)
def test_codex(ask, model):
    """Codex: typed messages, several tools, a grammar, encrypted reasoning."""
    ask.loop(model, clients.CODEX)
