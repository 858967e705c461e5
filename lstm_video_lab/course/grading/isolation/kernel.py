"""What an answer finds in the kernel that it is run in. This runs in the child.

Calls that the walls refuse and that change no value do nothing here, so that they cost nobody a
point: threads and processes run at once, compiled functions are the functions themselves.
"""

from __future__ import annotations

import concurrent.futures
import inspect
import multiprocessing
import multiprocessing.context
import multiprocessing.pool
import queue
import sys
import threading
import types
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader


class Shell:
    """Stands for IPython's shell: magics inside of code do nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *arguments, **more: None

    def getoutput(self, *arguments: Any, **more: Any) -> list[str]:
        return []


def new_namespace() -> dict[str, Any]:
    """The names of a new kernel: those of the module __main__."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    shell = Shell()
    module.__dict__.update(
        torch=torch,
        np=np,
        display=lambda *things, **more: None,
        input=lambda prompt="": "",
        get_ipython=lambda: shell,
    )
    return module.__dict__


def replace_refused_calls() -> None:
    """Put calls that do nothing, or do it at once, where the walls would end the process."""
    replaced: list[tuple[Any, str, Any]] = [
        (torch, "compile", _compile),
        (torch, "set_num_threads", lambda number: None),
        (torch, "set_num_interop_threads", lambda number: None),
        (torch.Tensor, "share_memory_", lambda self: self),
        (DataLoader, "__init__", _begin_loader),
        (threading.Thread, "start", _start),
        (threading.Thread, "join", lambda self, timeout=None: None),
        (ThreadPoolExecutor, "__init__", _begin_executor),
        (ThreadPoolExecutor, "submit", _submit),
        (concurrent.futures, "ProcessPoolExecutor", ThreadPoolExecutor),
        (multiprocessing.pool, "Pool", Pool),
        (multiprocessing.pool, "ThreadPool", Pool),
        (BaseProcess, "start", _run_quietly),
        (BaseProcess, "join", lambda self, timeout=None: None),
        (BaseProcess, "terminate", lambda self: None),
        (BaseProcess, "kill", lambda self: None),
        (BaseProcess, "close", lambda self: None),
        (BaseProcess, "is_alive", lambda self: False),
        (BaseProcess, "exitcode", property(lambda self: getattr(self, "_ended_with", None))),
    ]
    at_once = {"Pool": Pool, "Lock": Lock, "RLock": Lock, "Queue": Queue, "SimpleQueue": Queue}
    for name, kind in at_once.items():
        replaced += [(module, name, kind) for module in (multiprocessing, torch.multiprocessing)]
        of_context = _without_context(kind)
        replaced.append((multiprocessing.context.BaseContext, name, of_context))
    for owner, name, call in replaced:
        setattr(owner, name, call)


def _without_context(kind: Callable[..., Any]) -> Callable[..., Any]:
    return lambda context, *arguments, **options: kind(*arguments, **options)


def _compile(model: Any = None, **options: Any) -> Any:
    return model if model is not None else (lambda function: function)


def _start(thread: threading.Thread) -> None:
    """Run a thread at once; not one that a package has started to watch something for ever."""
    if not thread.daemon or type(thread).__module__ in ("threading", "__main__"):
        _run_quietly(thread)


def _run_quietly(worker: threading.Thread | BaseProcess) -> None:
    """An error in a worker is its own: whoever started it goes on."""
    worker._ended_with = 1  # type: ignore[union-attr]
    with suppress(Exception, SystemExit):
        worker.run()
        worker._ended_with = 0  # type: ignore[union-attr]


class Queue(queue.Queue):
    """Stands for a queue between processes."""

    close = join_thread = cancel_join_thread = lambda self: None


class Lock:
    """Stands for a lock between workers: they run one after the other, so it is always free."""

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        return True

    def release(self) -> None:
        pass

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *error: object) -> None:
        pass


_begin_loader_with_workers = DataLoader.__init__
_OF_WORKERS = (
    "num_workers",
    "timeout",
    "prefetch_factor",
    "persistent_workers",
    "multiprocessing_context",
)


def _begin_loader(self: DataLoader, *arguments: Any, **options: Any) -> None:
    """A loader that loads by itself, whatever is said of its workers."""
    bound = inspect.signature(_begin_loader_with_workers).bind(self, *arguments, **options)
    for name in _OF_WORKERS:
        bound.arguments.pop(name, None)
    _begin_loader_with_workers(*bound.args, **bound.kwargs)


_begin_threads = ThreadPoolExecutor.__init__


def _begin_executor(
    self: ThreadPoolExecutor,
    max_workers: int | None = None,
    prefix_or_context: Any = None,
    initializer: Callable[..., Any] | None = None,
    initargs: Any = (),
    **options: Any,
) -> None:
    """An executor of threads or of processes: their arguments stand in the same order."""
    _begin_threads(self, max_workers)
    if initializer is not None:
        initializer(*initargs)


def _submit(self: Executor, function: Callable[..., Any], /, *words: Any, **more: Any) -> Future:
    future: Future = Future()
    try:
        future.set_result(function(*words, **more))
    except Exception as error:
        future.set_exception(error)
    return future


class Result:
    """What a call of a pool comes to: it is there at once."""

    def __init__(
        self,
        call: Callable[[], Any],
        callback: Callable[[Any], Any] | None = None,
        error_callback: Callable[[Any], Any] | None = None,
    ) -> None:
        self._value: Any = None
        self._error: Exception | None = None
        try:
            self._value = call()
        except Exception as error:
            self._error = error
        if self._error is None and callback:
            callback(self._value)
        if self._error is not None and error_callback:
            error_callback(self._error)

    def get(self, timeout: float | None = None) -> Any:
        if self._error is not None:
            raise self._error
        return self._value

    def wait(self, timeout: float | None = None) -> None:
        pass

    def ready(self) -> bool:
        return True

    def successful(self) -> bool:
        return self._error is None


class Pool:
    """Stands for a pool of processes or threads: whatever it is given is done at once, in order."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        initializer = options.get("initializer") or (arguments[1:2] or (None,))[0]
        if initializer is not None:
            initializer(*options.get("initargs", arguments[2:3] and arguments[2]))

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    close = join = terminate = lambda self: None

    def apply(self, function: Callable[..., Any], args: Any = (), kwds: Any = None) -> Any:
        return function(*args, **(kwds or {}))

    def map(
        self, function: Callable[..., Any], items: Iterable[Any], chunksize: int | None = None
    ) -> list[Any]:
        return [function(item) for item in items]

    def starmap(
        self, function: Callable[..., Any], items: Iterable[Any], chunksize: int | None = None
    ) -> list[Any]:
        return [function(*item) for item in items]

    def imap(
        self, function: Callable[..., Any], items: Iterable[Any], chunksize: int = 1
    ) -> Iterator[Any]:
        return map(function, items)

    imap_unordered = imap

    def apply_async(
        self,
        function: Callable[..., Any],
        args: Any = (),
        kwds: Any = None,
        *callbacks: Any,
        **more: Any,
    ) -> Result:
        return Result(lambda: self.apply(function, args, kwds), *callbacks, **more)

    def map_async(
        self,
        function: Callable[..., Any],
        items: Iterable[Any],
        chunksize: int | None = None,
        *callbacks: Any,
        **more: Any,
    ) -> Result:
        return Result(lambda: self.map(function, items), *callbacks, **more)

    def starmap_async(
        self,
        function: Callable[..., Any],
        items: Iterable[Any],
        chunksize: int | None = None,
        *callbacks: Any,
        **more: Any,
    ) -> Result:
        return Result(lambda: self.starmap(function, items), *callbacks, **more)


class Kernel:
    """One answer of a student, defined as their kernel would have defined it.

    answer: a `kernel_code.Answer`
    """

    def __init__(self, preamble: str, answer: Any) -> None:
        self.preamble = preamble
        self.answer = answer
        self.failed: dict[str, BaseException] = {}  # name → why it has no value

    def function(self) -> Callable[..., Any]:
        """The answer. Raises what its definition raised, or NameError where there is none."""
        namespace = new_namespace()
        exec(compile(self.preamble, "<preamble>", "exec"), namespace)
        for statement in self.answer.statements:
            try:
                exec(statement.code, namespace)
            except BaseException as error:
                self.failed |= dict.fromkeys(statement.binds, error)
            else:
                for name in statement.binds:
                    self.failed.pop(name, None)
        name = self.answer.name
        if name in self.failed:
            raise self.failed[name]
        function = namespace.get(name)
        if function is None and (no_python := self.answer.why_no_python()):
            raise no_python
        if not callable(function):
            raise NameError(f"no function {name} is defined")
        return function

    def describe(self, error: BaseException) -> list[str]:
        """Kind, words and line of an error; an answer may have spoilt any of them."""
        try:
            kind = type(error).__name__[:80]
            words = str(error)[:400]
            cause = self.failed.get(getattr(error, "name", None) or "")
            if isinstance(error, NameError) and cause is not None:
                words = f"{words}: its own line ended with {type(cause).__name__}: {cause}"[:400]
            return [str(kind), str(words), self._line(error)]
        except BaseException:
            return ["Exception", "", ""]

    def _line(self, error: BaseException) -> str:
        """The last line of the answer's own cell that an error came through."""
        file = self.answer.file
        line = ""
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == file:
                line = str(trace.tb_lineno)
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and error.filename == file:
            line = str(error.lineno)
        return line
