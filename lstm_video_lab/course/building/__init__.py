"""Notebooks from scripts: executed, stamped with what they were made from, checked, reviewed."""
