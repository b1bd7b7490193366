"""For heads: figures, and the dossiers behind them."""
