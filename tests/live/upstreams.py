"""One Sparkroom with a model of every protocol, each played by its stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stack import Stack, free_port
from tests.standins.anthropic import AnthropicScript, AnthropicStandIn
from tests.standins.chat import ChatStandIn, Script, tokens_of
from tests.standins.gemini import GeminiScript, GeminiStandIn
from tests.standins.responses import ResponsesStandIn
from tests.standins.responses_script import ResponsesScript
from tests.standins.sse import MODEL, SseScript, SseStandIn

KEY = "sk-planted-8484848484"


@dataclass(frozen=True)
class Upstream:
    """A model called by its protocol, and what stands in for its server."""

    protocol: str
    standin: type[SseStandIn[Any]]
    scripts: type[SseScript]
    port: int

    def server(self, script: SseScript | Callable[[int], SseScript]) -> SseStandIn[Any]:
        """The stand-in, to be started."""
        return self.standin(script, self.port)

    def script(self, text: str, rate: float | None = None, **fields: Any) -> SseScript:
        """An answer of tokens."""
        return self.scripts(tokens_of(text), rate, **fields)

    @property
    def entry(self) -> str:
        base_url = self.standin(self.scripts(), self.port).base_url
        steers = "steers = true\n" if self.protocol == "responses-ws" else ""
        return (
            f'[[model]]\nname = "{self.protocol}"\nprotocol = "{self.protocol}"\nbase_url = "{base_url}"\n'
            f'model = "{MODEL}"\nkey_env = "STANDIN_KEY"\n{steers}'
        )


UPSTREAMS = {
    upstream.protocol: upstream
    for upstream in (
        Upstream("chat", ChatStandIn, Script, free_port()),
        Upstream("anthropic", AnthropicStandIn, AnthropicScript, free_port()),
        Upstream("gemini", GeminiStandIn, GeminiScript, free_port()),
        Upstream("responses", ResponsesStandIn, ResponsesScript, free_port()),
        Upstream("responses-ws", ResponsesStandIn, ResponsesScript, free_port()),
    )
}


@contextmanager
def stack_with_all(folder: Path, **settings: str) -> Iterator[Stack]:
    """Started, with every upstream as a model."""
    models = folder / "models.toml"
    models.write_text("\n".join(upstream.entry for upstream in UPSTREAMS.values()))
    with Stack(folder, SPARKROOM_MODELS=str(models), STANDIN_KEY=KEY, **settings) as stack:
        yield stack
