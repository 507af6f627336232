"""The process's hub: which engines, limits and clocks its rooms get. Nothing happens here before the first visit."""

from __future__ import annotations

import os
import secrets
import socket
import time

from django.conf import settings

from ide.engines.catalogue import Catalogue
from ide.engines.queue import Queue
from ide.engines.web_bus import WebBus
from ide.live.allowance import Allowance
from ide.live.appender import Appender
from ide.live.hub import Hub
from ide.live.services import Services
from ide.store.rooms import fresh_id
from ide.store.writer import Writer
from ide.wire.run_shapes import RunLimits
from ide.wire.shapes import Limits

RUN_LIMITS = RunLimits(
    seconds=settings.RUN_SECONDS,
    cpu_seconds=settings.RUN_CPU_SECONDS,
    memory_bytes=settings.RUN_MEMORY_BYTES,
    output_bytes=settings.RUN_OUTPUT_BYTES,
    file_bytes=settings.RUN_FILE_BYTES,
    files=settings.RUN_FILES,
    processes=settings.RUN_PROCESSES,
)


async def make_services() -> Services:
    """What every room of this process shares, made from the settings."""
    writer = Writer()
    catalogue = Catalogue.from_settings()
    await catalogue.look()
    return Services(
        writer=writer,
        appender=Appender(writer),
        catalogue=catalogue,
        allowance=Allowance(writer, settings.DAILY_TOKENS, now_ms),
        queue=Queue(settings.REDIS_URL),
        bus=WebBus(settings.REDIS_URL, f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"),
        limits=Limits(
            document_bytes=settings.DOCUMENT_BYTES,
            room_bytes=settings.ROOM_BYTES,
            documents=settings.ROOM_DOCUMENTS,
            members=settings.ROOM_MEMBERS,
            prompt_bytes=settings.PROMPT_BYTES,
            message_bytes=settings.MESSAGE_BYTES,
            asset_bytes=settings.ASSET_BYTES,
            room_assets_bytes=settings.ROOM_ASSETS_BYTES,
        ),
        run_limits=RUN_LIMITS,
        terminal_limits=RUN_LIMITS.model_copy(
            update={"seconds": settings.TERMINAL_SECONDS, "idle_seconds": settings.TERMINAL_IDLE_SECONDS}
        ),
        page_limits=RUN_LIMITS.model_copy(
            update={
                "seconds": settings.PAGE_SECONDS,
                "cpu_seconds": settings.PAGE_CPU_SECONDS,
                "memory_bytes": settings.PAGE_MEMORY_BYTES,
                "processes": settings.PAGE_PROCESSES,
            }
        ),
        history_bytes=settings.HISTORY_BYTES,
        turns_at_once=settings.ROOM_TURNS,
        places=settings.RUN_PLACES,
        runs_waiting=settings.ROOM_WAITING_RUNS,
        now_ms=now_ms,
        new_id=fresh_id,
    )


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


hub = Hub(make_services)
