"""Lesson 11: real pictures."""
