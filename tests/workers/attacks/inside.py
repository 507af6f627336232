"""The attackers' own tools: this file lies in every sandbox beside their programs."""

import ctypes
import errno
import json
from collections.abc import Callable

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def attempt(call: Callable[..., object], *arguments: object) -> str:
    """ "done", or the name of what it was refused with."""
    try:
        call(*arguments)
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    except Exception as error:
        return type(error).__name__
    return "done"


def system_call(number: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """The call as the kernel has it, whatever the library thinks of it. Raises OSError."""
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    answer = int(_libc.syscall(ctypes.c_long(number), *words))
    if answer < 0:
        raise OSError(ctypes.get_errno(), errno.errorcode[ctypes.get_errno()])
    return answer


def tell(what: object) -> None:
    """Say how it went: one line of JSON."""
    print(json.dumps(what), flush=True)
