"""From submitted notebooks to a gradebook."""

GRADER = "LAB_GRADER"  # in the environment of nbval: the grader's process
OUTCOMES = (
    "cells.jsonl"  # beside its notebook: {"cell": id, "passed": …, "failure": …}, a line each
)
