"""Lesson 02: the cell as its equations, and its gates over time."""
