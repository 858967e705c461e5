"""Lesson 08: a model of two digits that is shown one, three and four."""
