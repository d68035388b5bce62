"""Runs a program in Python and kills it without warning before the statement of that number: `killed.py NUMBER PROGRAM ...`."""
import functools
import os
import runpy
import signal
import sqlite3
import sys

left = int(sys.argv[1])
sys.argv = sys.argv[2:]


class Doomed(sqlite3.Connection):
    def execute(self, *words):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().execute(*words)


sqlite3.connect = functools.partial(sqlite3.connect, factory=Doomed)
runpy.run_path(sys.argv[0], run_name="__main__")
