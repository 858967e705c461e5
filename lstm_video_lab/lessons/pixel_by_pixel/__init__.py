"""Lesson 16: likelihood one pixel at a time."""
