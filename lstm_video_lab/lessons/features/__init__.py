"""Lesson 10: what units look at, what they draw and where they respond."""
