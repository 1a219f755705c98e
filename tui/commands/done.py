"""What a command says that has nothing to show but that it is done.

One rule: it is one sentence for people, or one document of facts for programs; never both.
"""

from __future__ import annotations

from typing import Any

import click

from tui.commands.support import print_json


def tell_done(sentence: str, facts: dict[str, Any], as_json: bool) -> None:
    """Print that the present command did what it does, in a sentence or as its facts.

    Among the facts `done` is the command's name, as `cancel`.
    """
    if as_json:
        print_json({**facts, "done": click.get_current_context().info_name})
    else:
        click.echo(sentence)
