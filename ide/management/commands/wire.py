"""`manage.py wire`: prints one JSON schema of everything that crosses the socket or the HTTP API.

`npm run wire` in frontend/ turns it into `src/wire/types.ts`. The same shapes print the same bytes.
"""

from __future__ import annotations

import inspect
import json
from typing import Any, Literal, get_args

from django.core.management.base import BaseCommand
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from ide.wire import codes, history, languages, messages, models, run_shapes, shapes

# What a browser sends: fields with a default may be left out. Everything else comes from the server, whole.
_SENT = (shapes.Ask, shapes.AskForRoom, run_shapes.AskForRun, run_shapes.Terminal)
_UNIONS = {"Event": messages.Event, "AnyCommand": messages.AnyCommand}


class _WireSchema(GenerateJsonSchema):
    """Property titles would become a type alias each, and a field that the server always sends is never missing."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        """No field has a title of its own."""
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        """In what the server sends, defaults are written out."""
        return self.mode == "serialization" or super().field_is_required(field, total)


def wire_schema() -> dict[str, Any]:
    """All shapes, events, commands and closed lists as `$defs` of one schema, sorted by name."""
    wanted: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = []
    for shape in _shapes():
        sent = issubclass(shape, messages.Command) or shape in _SENT
        wanted.append((shape, "validation" if sent else "serialization"))
    _, schema = models_json_schema(wanted, schema_generator=_WireSchema)
    definitions: dict[str, Any] = schema["$defs"]
    definitions["Close"] = TypeAdapter(codes.Close).json_schema(schema_generator=_WireSchema)
    for name, union in _UNIONS.items():
        members = get_args(get_args(union)[0])  # out of Annotated, then out of the union
        definitions[name] = {"anyOf": [{"$ref": f"#/$defs/{member.__name__}"} for member in members]}
    return {"title": "Wire", "type": "object", "$defs": dict(sorted(definitions.items()))}


def _shapes() -> list[type[shapes.Shape]]:
    """Every shape that crosses the wire, without the two that only others derive from."""
    found = {
        member
        for module in (shapes, run_shapes, history, languages, models, messages)
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, shapes.Shape) and member not in (shapes.Shape, messages.Command)
    }
    return sorted(found, key=lambda shape: shape.__name__)


class Command(BaseCommand):
    """Prints the schema to standard output."""

    help = "Print the JSON schema of the socket's messages and the HTTP API's shapes."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write the schema, two spaces deep."""
        self.stdout.write(json.dumps(wire_schema(), indent=2, ensure_ascii=False))
