"""Bars on a terminal say how long is left; elsewhere each step is one line."""

import io
import re
import sys
import time

from riskaid.commands.terminal import progress_bars


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_says_how_much_time_is_left(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    with progress_bars() as progress:
        for done in range(4):
            progress("searching for settings", done, 1000)
            time.sleep(0.15)
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert "searching for settings" in said and "3/1000" in said
    left = re.findall(r"left (\d):(\d\d):(\d\d)", said)
    assert left, said
    hours, minutes, seconds = map(int, left[-1])
    # Three steps in about half a second leave minutes for the other 997.
    assert 60 <= hours * 3600 + minutes * 60 + seconds < 3600


def test_without_a_terminal_each_step_is_said_once(capsys):
    with progress_bars() as progress:
        for done in range(3):
            progress("searching for settings", done, 3)
        progress("writing the run", 0, 0)
    assert capsys.readouterr().err == "  searching for settings\n  writing the run\n"
