"""Which routes there are for one's own use: what keeps each from training, and what it costs."""

from withhold.app.advise.advising import Asked, advise, written

__all__ = ["Asked", "advise", "written"]
