"""`models.toml`: which models rooms get. The one beside this file ships with the rest, and explains every field."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ide.domain.sites import is_loopback_name
from ide.engines.rehearsal import NAME as REHEARSAL_NAME
from ide.environment import BadSetting
from ide.wire.models import Price, Published

SHIPPED: Final = Path(__file__).with_name("models.toml")
EVERY_MODEL: Final = "*"
_FILE_BYTES = 1_000_000
# Where the vendor has the API under an address that names only the server, as people write it.
_USUAL_PATHS: Final = {"anthropic": "/v1", "gemini": "/v1beta", "responses": "/v1", "responses-ws": "/v1"}
_Name = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]


class BadModels(SystemExit):
    """A models file that cannot be used. Ends the process with its one line."""


class Entry(BaseModel):
    """One `[[model]]`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: _Name
    tier: Literal["fast", "deep"] = "fast"
    protocol: Literal["responses-ws", "responses", "chat", "anthropic", "gemini", "rehearsal"]
    base_url: str | None = None
    model: _Name | None = None
    key_env: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    dialect: Literal["edit", "v4a", "whole"] = "edit"
    context_tokens: int = Field(default=128_000, ge=2_000, le=10_000_000)
    output_tokens: int | None = Field(default=None, ge=100, le=1_000_000)
    effort: _Name | None = None
    steers: bool = False
    by_invitation: bool = False
    paid: bool | None = None
    published: Published | None = None
    price: Price | None = None

    @property
    def lists(self) -> bool:
        """Whether it stands for every model that its server lists, and is none itself."""
        return self.model == EVERY_MODEL

    @property
    def is_paid(self) -> bool:
        """Whether somebody is billed for what it is asked. Unless it says: if a server elsewhere wants a key."""
        if self.paid is not None:
            return self.paid
        return self.key_env is not None and not is_loopback_name(urlsplit(self.base_url or "").netloc)

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            parts.port  # noqa: B018 - raises for a port that is none
        except ValueError:
            raise ValueError("must be an address") from None
        if parts.scheme not in ("http", "https", "ws", "wss") or not parts.hostname:
            raise ValueError("must begin with http:// or https:// (ws:// or wss:// for sockets) and name a host")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("must hold no user, key, ? or #: the key stands in the variable that key_env names")
        path = "" if parts.path.strip("/") else _USUAL_PATHS.get(info.data.get("protocol", ""), "")
        return value.rstrip("/") + path

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = (("base_url", self.base_url), ("model", self.model))
        if self.protocol == "rehearsal":
            if self.name != REHEARSAL_NAME:
                raise ValueError(f"name: the rehearsal is always called {REHEARSAL_NAME!r}")
            if any(value is not None for _, value in (*needed, ("key_env", self.key_env))):
                raise ValueError("protocol: the rehearsal takes no base_url, model or key_env")
            return self
        if self.name == REHEARSAL_NAME:
            raise ValueError("name: is the rehearsal's own")
        for field, value in needed:
            if not value:
                raise ValueError(f"{field}: is missing")
        if self.protocol != "responses-ws" and self.base_url and not self.base_url.startswith("http"):
            raise ValueError(f"base_url: must begin with http:// or https:// for protocol {self.protocol}")
        if self.effort is not None and self.protocol == "anthropic":
            raise ValueError("effort: is for every protocol but anthropic")
        if self.lists and self.protocol != "chat":
            raise ValueError('model: "*" is for protocol chat alone')
        return self


def read_models(path: str | Path) -> list[Entry]:
    """The entries of the file at `path`, in its order. Raises `BadSetting` or `BadModels`."""
    file = Path(path).expanduser()
    try:
        with file.open("rb") as stream:
            raw = stream.read(_FILE_BYTES + 1)
    except OSError:
        raise BadSetting("SPARKROOM_MODELS", str(path), "the path of a file that can be read") from None
    if len(raw) > _FILE_BYTES:
        raise BadModels(f"{file.name}: is over {_FILE_BYTES} bytes")
    try:
        parsed = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadModels(f"{file.name}: is not TOML: {_one_line(str(error))}") from None
    for key in parsed:
        if key != "model":
            raise BadModels(f"{file.name}: {key!r} is not known here: models are written as [[model]]")
    tables = parsed.get("model", [])
    if not isinstance(tables, list):
        raise BadModels(f"{file.name}: models are written as [[model]], with two brackets")
    entries = [_entry(file.name, number, table) for number, table in enumerate(tables, 1)]
    for name, times in Counter(entry.name for entry in entries).items():
        if times > 1:
            raise BadModels(f'{file.name}: model "{name}": name: stands {times} times')
    return entries


def _entry(file: str, number: int, table: object) -> Entry:
    name = table.get("name") if isinstance(table, dict) else None
    who = f'model "{name}"' if isinstance(name, str) and name else f"model {number}"
    try:
        return Entry.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        said = {"extra_forbidden": "is not a field of a model", "missing": "is missing"}.get(first["type"])
        message = said or _one_line(first["msg"].removeprefix("Value error, "))
        raise BadModels(f"{file}: {who}: " + (f"{field}: {message}" if field else message)) from None


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
