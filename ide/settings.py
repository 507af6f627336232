"""Every setting, read from the environment once and checked at start.

Sizes are bytes and durations seconds unless a name says otherwise. `contract.md` lists what users may set.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from urllib.parse import unquote

from ide.domain.queues import CHECKS, QUEUES, RUNS, Lane, Places
from ide.domain.sites import Sites
from ide.environment import BadSetting, Environment
from ide.interfaces import EVERYWHERE, OwnHosts

env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
HOST = env.text("HOST", "127.0.0.1")
PORT = env.whole("PORT", 8000, 1, 65535, "port")
DATA = env.folder("SPARKROOM_DATA", BASE_DIR / "var")
SERVER = env.choice("SPARKROOM_SERVER", "daphne", ("daphne", "uvicorn"))
WEB_PROCESSES = env.whole("SPARKROOM_WEB_PROCESSES", 1, 1, 64, "web processes")
DATABASES_ALLOWED = "sqlite:///path or postgres://user:password@host:port/name"


def _secret_key() -> str:
    """The key of the environment, or one made once and kept in the data folder (mode 0600)."""
    if key := env.text("SECRET_KEY"):
        if len(key) < 32:
            raise BadSetting("SECRET_KEY", "…", "at least 32 characters")
        return key
    path = DATA / "secret_key"
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        # A second process that starts at the same moment must not replace the first one's key.
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def describe_database(url: str) -> dict[str, object]:
    """Django's description of `DATABASE_URL`: sqlite:///path or postgres://user:password@host:port/name."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        return _postgresql(url)
    path = unquote(rest)
    if scheme != "sqlite" or not Path(path).is_absolute() or path.endswith("/") or "?" in rest or "#" in rest:
        raise BadSetting("DATABASE_URL", f"{scheme}://…" if separator else "…", DATABASES_ALLOWED)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # Opening and closing SQLite for every commit was a third of what a stream cost.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
        },
    }


def _postgresql(url: str) -> dict[str, object]:
    """The same for PostgreSQL. What else libpq understands (`?sslmode=…`, `?host=/folder/of/a/socket`) it gets."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError as error:
        # libpq quotes the whole address, password included, in some of its answers.
        raise BadSetting("DATABASE_URL", "postgres://…", f"{DATABASES_ALLOWED}, in libpq's syntax") from error
    name, port = given.pop("dbname", ""), given.pop("port", "")
    if not name or (port and not (port.isdecimal() and 0 < int(port) < 65536)):
        raise BadSetting("DATABASE_URL", "postgres://…", f"{DATABASES_ALLOWED}, with a name and a port up to 65535")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": port,
        "CONN_MAX_AGE": None,
        # A connection that was cut while nobody used it is replaced before it is used again.
        "CONN_HEALTH_CHECKS": True,
        # A server that went away without a word is noticed in 10 s, not in the 15 minutes that TCP would wait.
        "OPTIONS": {"connect_timeout": "5", "keepalives_idle": "5", "tcp_user_timeout": "10000", **given},
    }


SECRET_KEY = _secret_key()
DEBUG = False
DATABASES = {"default": describe_database(env.text("DATABASE_URL", f"sqlite://{DATA / 'sparkroom.sqlite3'}"))}
REDIS_URL = env.text("REDIS_URL", f"unix://{DATA / 'redis' / 'redis.sock'}")
if not re.match(r"^(redis|rediss|unix)://", REDIS_URL):
    raise BadSetting("REDIS_URL", unquote(REDIS_URL.split(":")[0]), "redis://…, rediss://… or unix://path")

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or OwnHosts(HOST)
PREVIEW_ORIGIN = env.text("SPARKROOM_PREVIEW_ORIGIN").rstrip("/")
if PREVIEW_ORIGIN and not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:-]+", PREVIEW_ORIGIN):
    raise BadSetting("SPARKROOM_PREVIEW_ORIGIN", PREVIEW_ORIGIN, "an origin such as https://preview.example.org")
PREVIEW_PORT = env.whole("SPARKROOM_PREVIEW_PORT", PORT + 1 if PORT < 65535 else PORT - 1, 1, 65535, "port")
if PREVIEW_PORT == PORT:
    raise BadSetting("SPARKROOM_PREVIEW_PORT", str(PREVIEW_PORT), "another port than PORT")
_NAMED = HOST in ("localhost", "127.0.0.1")
SITES = Sites(
    port=PORT,
    preview_origin=PREVIEW_ORIGIN,
    # On this computer alone, a second name does.
    preview_port=0 if PREVIEW_ORIGIN or _NAMED else PREVIEW_PORT,
    second_name=_NAMED or HOST in EVERYWHERE,
)
MODELS_FILE = env.text("SPARKROOM_MODELS")
OPERATOR_PAGE = env.choice("SPARKROOM_OPERATOR_PAGE", "1", ("0", "1")) == "1"
DAILY_TOKENS = env.whole("SPARKROOM_DAILY_TOKENS", 5_000_000, 0, 10**15, "tokens of paid models a day")
REHEARSAL_TOKENS_PER_SECOND = env.whole("SPARKROOM_REHEARSAL_SPEED", 1200, 1, 100_000, "tokens per second")

DOCUMENT_BYTES = env.whole("SPARKROOM_DOCUMENT_BYTES", 1_000_000, 1_000, 50_000_000, "bytes")
ROOM_BYTES = env.whole("SPARKROOM_ROOM_BYTES", 10_000_000, 10_000, 100_000_000, "bytes")
ROOM_DOCUMENTS = env.whole("SPARKROOM_DOCUMENTS", 1_000, 1, 10_000, "documents")
ASSET_BYTES = env.whole("SPARKROOM_ASSET_BYTES", 5_000_000, 1_000, 100_000_000, "bytes")
ROOM_ASSETS_BYTES = env.whole("SPARKROOM_ROOM_ASSETS_BYTES", 50_000_000, 10_000, 1_000_000_000, "bytes")
ROOM_RESULTS_BYTES = env.whole("SPARKROOM_ROOM_RESULTS_BYTES", 100_000_000, 0, 100_000_000_000, "bytes")
ROOM_MEMBERS = env.whole("SPARKROOM_MEMBERS", 200, 1, 10_000, "members")
PROMPT_BYTES = env.whole("SPARKROOM_PROMPT_BYTES", 32_000, 100, 1_000_000, "bytes")
ROOM_TURNS = env.whole("SPARKROOM_TURNS", 4, 1, 64, "turns running in one room at a time")
HISTORY_BYTES = env.whole("SPARKROOM_HISTORY_BYTES", 50_000_000, 1_000_000, 10_000_000_000, "bytes of a room's history")
ROOM_RUNS = env.whole("SPARKROOM_RUNS", 4, 1, 64, "programs running in one room at a time")
MEMBER_RUNS = env.whole("SPARKROOM_MEMBER_RUNS", 3, 1, 64, "programs of one member running in a room at a time")
ROOM_TERMINALS = env.whole("SPARKROOM_TERMINALS", 20, 1, 1_000, "terminals open in one room at a time")
MEMBER_TERMINALS = env.whole("SPARKROOM_MEMBER_TERMINALS", 4, 1, 1_000, "terminals of one member in a room at a time")
ROOM_CHECKS = env.whole("SPARKROOM_CHECKS", 2, 1, 64, "page checks running in one room at a time")
ROOM_WAITING_RUNS = env.whole("SPARKROOM_RUN_QUEUE", 16, 1, 1_000, "runs waiting in one room at a time")
RUN_PLACES = {
    Lane.PROGRAMS: Places(ROOM_RUNS, MEMBER_RUNS),
    Lane.SESSIONS: Places(ROOM_TERMINALS, MEMBER_TERMINALS),
    Lane.PAGES: Places(ROOM_CHECKS, ROOM_CHECKS),
}
# Which queue a worker serves: the launcher starts one for each.
WORKER = env.choice("SPARKROOM_WORKER", RUNS, QUEUES)
WORKER_THREADS = {
    RUNS: env.whole("SPARKROOM_WORKER_RUNS", 64, 1, 1_000, "runs that one worker carries out at a time"),
    CHECKS: env.whole("SPARKROOM_WORKER_CHECKS", 2, 1, 64, "page checks that one worker carries out at a time"),
}
# They wait for people, who may be away: the other threads are for what ends by itself.
WORKER_SESSIONS = max(1, WORKER_THREADS[RUNS] // 2)
WARM_SANDBOXES = env.whole("SPARKROOM_WARM", 2, 0, 64, "sandboxes of a kind in which an interpreter waits")
WARM_BYTES = env.whole("SPARKROOM_WARM_MEMORY", 100_000_000, 0, 64_000_000_000, "bytes")
SOCKET_MESSAGES_PER_SECOND = env.whole("SPARKROOM_SOCKET_RATE", 2_000, 10, 100_000, "messages a second")
# Of what a client has not read. Above a whole room, which may be on its way to it in one message.
LAG_BYTES = env.whole("SPARKROOM_LAG_BYTES", ROOM_BYTES + 4_000_000, 10_000, 1_000_000_000, "bytes")
# One sync step is one message, so a whole room must fit, with room for the history that Yjs keeps.
MESSAGE_BYTES = 4 * ROOM_BYTES

RUN_SECONDS = env.whole("SPARKROOM_RUN_SECONDS", 30, 1, 3_600, "seconds")
RUN_CPU_SECONDS = env.whole("SPARKROOM_RUN_CPU", 10, 1, 3_600, "seconds of processor time")
TERMINAL_SECONDS = env.whole("SPARKROOM_TERMINAL_SECONDS", 600, 1, 86_400, "seconds")
TERMINAL_IDLE_SECONDS = env.whole("SPARKROOM_TERMINAL_IDLE", 120, 1, 86_400, "seconds")
RUN_MEMORY_BYTES = env.whole("SPARKROOM_RUN_MEMORY", 512_000_000, 64_000_000, 64_000_000_000, "bytes")
RUN_OUTPUT_BYTES = env.whole("SPARKROOM_RUN_OUTPUT", 1_000_000, 1_000, 100_000_000, "bytes")
RUN_FILE_BYTES = env.whole("SPARKROOM_RUN_FILE_BYTES", 64_000_000, 1_000_000, 10_000_000_000, "bytes")
RUN_FILES = env.whole("SPARKROOM_RUN_FILES", 4_096, 64, 1_000_000, "files")
RUN_PROCESSES = env.whole("SPARKROOM_RUN_PROCESSES", 64, 4, 4_096, "processes")
PAGE_SECONDS = env.whole("SPARKROOM_PAGE_SECONDS", 30, 15, 600, "seconds")
PAGE_CPU_SECONDS = env.whole("SPARKROOM_PAGE_CPU", 30, 5, 3_600, "seconds of processor time")
PAGE_MEMORY_BYTES = env.whole("SPARKROOM_PAGE_MEMORY", 1_000_000_000, 300_000_000, 64_000_000_000, "bytes")
# A browser is made of many threads.
PAGE_PROCESSES = 400

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "ninja",
    "ide",
    "ide.store",
]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "ide.transports.sites.sites_middleware"]
ROOT_URLCONF = "ide.urls"
ASGI_APPLICATION = "ide.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "ide" / "templates"],
        "APP_DIRS": True,
    },
]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A whole room as an archive, which may well be larger than what it holds.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * ROOM_BYTES + ROOM_ASSETS_BYTES
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
STATIC_URL = "/static/"
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Refusals are answers, not events of the server.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security.DisallowedHost": {"level": "CRITICAL"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
