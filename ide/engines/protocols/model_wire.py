"""What the wires of all protocols share: one model, its key, and the most that it may answer."""

from __future__ import annotations

from ide.engines.model import ModelRequest


class ModelWire:
    """The part of a `Wire` that most protocols have alike: a list of models to warm up with, and a key as a bearer."""

    warm_path = "/models"

    def __init__(
        self, model: str, key: str | None = None, output_tokens: int | None = None, effort: str | None = None
    ) -> None:
        """`output_tokens`, if given, is the most that is ever asked for: some models take less than a turn would.

        `effort` is how much the model is to think, in its provider's own words; its own measure if not given.
        """
        self.secret = key
        self._model = model
        self._output_tokens = output_tokens
        self._effort = effort

    def headers(self) -> dict[str, str]:
        """See `Wire`."""
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}

    def _most(self, request: ModelRequest) -> int:
        """The tokens that an answer may have."""
        return min(request.max_output_tokens, self._output_tokens or request.max_output_tokens)
