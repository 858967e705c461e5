"""One room a lesson; which room holds which experiment stands in `experiments`."""
