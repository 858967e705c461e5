"""Lesson 13: frames averaged, convolved or recurred over."""
