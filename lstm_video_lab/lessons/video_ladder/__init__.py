"""Lesson 14: convolutional GRUs at every resolution."""
