"""Lesson 03: the world that the models live in."""
