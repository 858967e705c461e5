"""Lesson 00: a frame predicted by eye, then by a network."""
