"""How good the program is: against the paper, against mathematics, against peers.

``accuracy`` and ``speed`` give the tables of ``nfpcell benchmark``; the other modules
are what they measure, and the peers.
"""
