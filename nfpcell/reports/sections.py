"""The sections of the report on the paper, in order.

A new section is a function with the decorator ``section`` that is listed here.
"""

from nfpcell.reports import cycling_sections as cycling
from nfpcell.reports import impedance_sections as impedance

SECTIONS = (
    impedance.fig_1,
    impedance.fig_2,
    cycling.fig_2_hysteresis,
    impedance.fig_s1,
    impedance.fig_3,
    impedance.fig_6,
    cycling.fig_7a,
    cycling.fig_7b,
    cycling.fig_7c,
    cycling.fig_7e,
    cycling.charging,
    impedance.fig_s7,
    cycling.fig_8,
    cycling.cycling,
    cycling.overcharge,
    cycling.table_1,
    impedance.methods,
)
