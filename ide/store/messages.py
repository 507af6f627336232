"""The room's chat."""

from __future__ import annotations

from django.db import transaction

from ide.store import journal
from ide.store.models import Message
from ide.wire import shapes
from ide.wire.messages import MessageEvent


def create(room_id: str, message: shapes.Message) -> MessageEvent:
    """Store a message and journal it."""
    with transaction.atomic():
        Message.objects.create(room_id=room_id, **message.model_dump())
        return journal.append(room_id, lambda seq: MessageEvent(seq=seq, message=message))


def recent(room_id: str, count: int) -> list[shapes.Message]:
    """The last messages of a room, oldest first."""
    rows = Message.objects.filter(room_id=room_id).order_by("-sent_at", "-id")[:count]
    return [
        shapes.Message(id=row.id, member=row.member, member_name=row.member_name, text=row.text, sent_at=row.sent_at)
        for row in reversed(rows)
    ]
