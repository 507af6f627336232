"""The HTTP API under `/api`: the same rooms and the same rules as the socket's."""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from ide.domain.documents import BadPath
from ide.domain.refusals import Refusal
from ide.transports.api import archive, files, history, members, messages, models, requests, results, rooms, runs, turns
from ide.wire.codes import Code
from ide.wire.shapes import Problem

STATUS = {
    Code.BAD_REQUEST: 400,
    Code.BAD_MESSAGE: 400,
    Code.BAD_PATH: 400,
    Code.NOT_AUTHORISED: 401,
    Code.ROLE_MAY_NOT: 403,
    Code.NOT_FOUND: 404,
    Code.CONFLICT: 409,
    Code.OTHER_EPOCH: 409,
    Code.TOO_LARGE: 413,
    Code.TOO_MANY: 429,
    Code.UNAVAILABLE: 503,
    Code.MODEL_FAILED: 502,
    Code.INTERNAL: 500,
}

log = logging.getLogger(__name__)
api = NinjaAPI(title="Sparkroom", version="1", urls_namespace="api")
for part in (rooms, members, requests, archive, files, turns, runs, results, messages, history, models):
    api.add_router("", part.router)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return _problem(refusal.code, refusal.message)


@api.exception_handler(BadPath)
def _bad_path(request: HttpRequest, error: BadPath) -> HttpResponse:
    return _problem(Code.BAD_PATH, str(error))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    where = ".".join(str(part) for part in first["loc"][2:])
    return _problem(Code.BAD_REQUEST, f"{where}: {first['msg']}" if where else str(first["msg"]))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _problem(Code.BAD_REQUEST, str(error))


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return _problem(Code.TOO_LARGE, "The request is too large.")


@api.exception_handler(InterfaceError)
@api.exception_handler(OperationalError)
def _no_database(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s failed: %s", request.method, request.path, error)
    return _problem(Code.UNAVAILABLE, "The database cannot be used right now. Try again in a moment.")


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _problem(Code.INTERNAL, "Something went wrong on the server; see its log.")


def _problem(code: Code, message: str) -> JsonResponse:
    return JsonResponse(Problem(code=code, message=message).model_dump(mode="json"), status=STATUS[code])
