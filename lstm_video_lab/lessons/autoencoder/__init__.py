"""Lesson 04: frames given back in reverse order."""
