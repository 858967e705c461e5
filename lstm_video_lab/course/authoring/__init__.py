"""For those who write lessons: notebook and script as a pair, new lessons, new numbers."""
