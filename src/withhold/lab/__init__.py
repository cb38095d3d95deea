"""The reference provider: does what the article describes. Reads neither packs nor rules."""
