"""Models: what there is and what is known of it, keys pasted by the operator, and trying a model out."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from time import monotonic

from django.http import HttpRequest
from ninja import Router

from ide.domain.refusals import Refusal
from ide.engines.catalogue import Catalogue, UnknownModel
from ide.engines.configuration import Entry
from ide.engines.keys import NotKeys, is_key
from ide.live.services import Services
from ide.live.trial import try_out
from ide.store import measures
from ide.transports.composition import hub
from ide.transports.operator import check_operator, why_not_operator
from ide.wire import shapes
from ide.wire.codes import Code
from ide.wire.models import AskForKey, DailyTokens, ModelReport, Trial

router = Router(tags=["models"])
MINUTE_SECONDS = 60.0
log = logging.getLogger(__name__)


class _Rate:
    """At most so many a minute, in this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: deque[float] = deque()

    def take(self, what: str) -> None:
        """Raises Refusal beyond that."""
        now = monotonic()
        while self._times and now - self._times[0] > MINUTE_SECONDS:
            self._times.popleft()
        if len(self._times) >= self._most:
            raise Refusal(Code.TOO_MANY, f"{what} at most {self._most} times a minute. Try again in a moment.")
        self._times.append(now)


_changes = _Rate(30)
_trials = _Rate(12)
_trying: set[str] = set()


@router.get("/models", response=list[ModelReport])
async def list_models(request: HttpRequest) -> list[ModelReport]:
    """Every configured model: what it needs, what others published of it, and what was measured here."""
    return await model_reports(await hub.services(), request)


@router.get("/tokens", response=DailyTokens)
async def daily_tokens(request: HttpRequest) -> DailyTokens:
    """How many of today's tokens for paid models are used."""
    return await (await hub.services()).allowance.look()


@router.post("/models/{path:name}/test", response=Trial)
async def test_model(request: HttpRequest, name: str) -> Trial:
    """Ask a model for one small edit, and say whether it landed and how fast it came. For the operator."""
    check_operator(request)
    services = await hub.services()
    entry, model = _known(services.catalogue, name)
    if model.rehearsal:
        raise Refusal(Code.CONFLICT, f"{model.name} is part of Sparkroom: there is no server to ask.")
    if model.needs is not None:
        raise Refusal(Code.UNAVAILABLE, f"{model.name}: {model.needs}.")
    await services.allowance.look()
    services.allowance.check(model)
    _trials.take("Models are tested")
    if name in _trying:
        raise Refusal(Code.CONFLICT, f"{model.name} is being tested already.")
    _trying.add(name)
    try:
        catalogue = services.catalogue
        trial, used = await try_out(entry, catalogue.key(entry), catalogue.engine(name), services.limits)
    finally:
        _trying.discard(name)
    await services.allowance.spend(model, used.input + used.output)
    return trial


@router.put("/keys/{name}", response={204: None})
async def put_key(request: HttpRequest, name: str, asked: AskForKey) -> tuple[int, None]:
    """Keep a key for the models that take it. It is never sent back. For the operator."""
    catalogue = await _for_keys(request, name)
    key = asked.key.strip()
    if not is_key(key):
        raise Refusal(Code.BAD_REQUEST, "That is no key: a key has letters, digits and signs, and no spaces.")
    try:
        await asyncio.to_thread(catalogue.keys.store, name, key)
    except (OSError, NotKeys) as error:
        raise _not_kept(error) from None
    return 204, None


@router.delete("/keys/{name}", response={204: None})
async def delete_key(request: HttpRequest, name: str) -> tuple[int, None]:
    """Forget a key that was pasted. For the operator."""
    catalogue = await _for_keys(request, name)
    try:
        # It waits for other processes and for the disk.
        await asyncio.to_thread(catalogue.keys.forget, name)
    except (OSError, NotKeys) as error:
        raise _not_kept(error) from None
    return 204, None


async def model_reports(services: Services, request: HttpRequest) -> list[ModelReport]:
    """What `GET /api/models` answers."""
    catalogue = services.catalogue
    await catalogue.look()
    models = catalogue.models()
    entries = {model.name: catalogue.entry(model.name) for model in models}
    measured = await services.writer.do(measures.measured, {name: entry.price for name, entry in entries.items()})
    operates = why_not_operator(request) is None
    return [
        ModelReport(
            **model.model_dump(),
            published=entries[model.name].published,
            price=entries[model.name].price,
            measured=measured.get(model.name),
            key_stored=operates and _is_stored(catalogue, model.key),
        )
        for model in models
    ]


def _is_stored(catalogue: Catalogue, key: str | None) -> bool:
    return key is not None and catalogue.keys.stored(key) and not catalogue.keys.from_environment(key)


def _known(catalogue: Catalogue, name: str) -> tuple[Entry, shapes.Model]:
    try:
        return catalogue.entry(name), catalogue.model(name)
    except UnknownModel:
        raise Refusal(Code.NOT_FOUND, f'No model is called "{name[:60]}" here.') from None


async def _for_keys(request: HttpRequest, name: str) -> Catalogue:
    check_operator(request)
    catalogue = (await hub.services()).catalogue
    if name not in catalogue.key_names():
        raise Refusal(Code.NOT_FOUND, "No model here takes a key of that name.")
    if catalogue.keys.from_environment(name):
        raise Refusal(Code.CONFLICT, f"{name} is set in the environment in which Sparkroom was started, which counts.")
    _changes.take("Keys are changed")
    return catalogue


def _not_kept(error: OSError | NotKeys) -> Refusal:
    if isinstance(error, NotKeys):
        log.error("the file of keys is left as it is: %s", error)
        return Refusal(
            Code.UNAVAILABLE,
            "Nothing was changed: keys.json in the data folder is not a file of keys; mend or remove it.",
        )
    log.error("the file of keys cannot be read or written: %s", error.strerror)
    return Refusal(
        Code.UNAVAILABLE, "Nothing was changed: keys.json in the data folder cannot be read or written; see the log."
    )
