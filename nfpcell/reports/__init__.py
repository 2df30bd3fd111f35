"""The paper's figures as far as they are simulated, on one page of HTML.

``sections`` says what the page holds, ``results`` computes it, ``drawing`` makes the
figures and ``page`` puts all together.
"""
