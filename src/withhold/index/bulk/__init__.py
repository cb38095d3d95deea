"""Judgement in bulk: all conversations reduced to a few hundred groups that the rules cannot tell apart.

``grid.py`` cuts time for all regime tables at once, ``cutting.py`` says in SQL where each conversation lies
in it, ``base.py`` keeps one small row a conversation, ``kept.py`` keeps that on disk. No rule is in here:
whoever asks judges each group once, by ``policy``, and counts or spreads the answer.
"""
