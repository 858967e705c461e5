"""Lesson 06: both decoders at once, and the tables of the paper."""
