"""The prompt of the SQL shell: several lines, colours, Tab completes, arrows and Ctrl-R bring back history.

No key opens an editor, a pager or another program, so that a locked shell can be somebody's login.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import has_completions, has_focus, is_searching
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.shortcuts import CompleteStyle
from pygments.lexers.sql import SqlLexer  # type: ignore[import-untyped]  # its stubs are a package more

from fakturo.cli.sql.completion import Vocabulary, is_complete, suggest

PROMPT = "fakturo> "
MORE = "    ...> "
LONGEST_HISTORY_BYTES = 1_000_000


def open_prompt(vocabulary: Callable[[], Vocabulary], history: Path | None) -> Callable[[], str]:
    """A function that reads one command or query.

    Args:
        vocabulary: asked at each completion: another publish may have other tables.
        history: None: kept for this session only.
    """
    session: PromptSession[str] = PromptSession(
        message=PROMPT,
        multiline=True,
        prompt_continuation=MORE,
        history=_history(history),
        lexer=PygmentsLexer(SqlLexer),
        completer=_Sql(vocabulary),
        complete_while_typing=False,
        complete_style=CompleteStyle.MULTI_COLUMN,
        auto_suggest=AutoSuggestFromHistory(),
        key_bindings=_keys(),
        enable_open_in_editor=False,
        enable_system_prompt=False,
        enable_suspend=False,
    )
    return session.prompt


class _Sql(Completer):
    def __init__(self, vocabulary: Callable[[], Vocabulary]) -> None:
        self._vocabulary = vocabulary

    def get_completions(self, document: Document, _: CompleteEvent) -> Iterable[Completion]:
        found = suggest(document.text_before_cursor, document.text_after_cursor, self._vocabulary())
        return [Completion(each.text, start_position=each.start, display_meta=each.kind) for each in found]


def _keys() -> KeyBindings:
    """Enter runs what is complete, else it begins a new line."""
    keys = KeyBindings()

    @keys.add("enter", filter=has_focus("DEFAULT_BUFFER") & ~is_searching)
    def _(event: KeyPressEvent) -> None:
        buffer: Any = event.current_buffer
        state = buffer.complete_state
        if state and state.current_completion:
            buffer.complete_state = None  # takes the word that is chosen
        elif is_complete(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    @keys.add("escape", filter=has_completions, eager=True)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()

    return keys


def _history(path: Path | None) -> History:
    """Entries as they are typed, readable by their owner only; the oldest go when there are too many."""
    if path is None:
        return InMemoryHistory()
    with suppress(OSError):
        path.touch(mode=0o600)
        if path.stat().st_size > LONGEST_HISTORY_BYTES:
            kept = path.read_bytes()[-LONGEST_HISTORY_BYTES // 2 :]
            path.write_bytes(kept[kept.find(b"\n\n#") + 1 :])
        return FileHistory(str(path))
    return InMemoryHistory()  # a home that may not be written
