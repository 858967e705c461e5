"""Whole sequences through stacks of cells, fast: `recurrent.LSTM` and `recurrent.ConvLSTM`."""
