"""Lesson 09: a hundred frames."""
