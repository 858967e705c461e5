"""Lesson 06c: tables of models, and the paper's."""
