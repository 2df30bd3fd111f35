"""The report on the paper: its sections in order, and what it does not simulate.

A new section is one more function with the decorator ``section``, named here.
"""

from nfpcell.reports import cycling_sections, impedance_sections

SECTIONS = (
    impedance_sections.fig_1,
    impedance_sections.fig_2,
    cycling_sections.fig_2_hysteresis,
    impedance_sections.fig_s1,
    impedance_sections.fig_3,
    impedance_sections.fig_6,
    cycling_sections.fig_7a,
    cycling_sections.fig_7b,
    cycling_sections.fig_7c,
    cycling_sections.fig_7e,
    cycling_sections.charging,
    impedance_sections.fig_s7,
    cycling_sections.fig_8,
    cycling_sections.cycling,
    cycling_sections.overcharge,
    cycling_sections.table_1,
    impedance_sections.methods,
)
# what is not simulated, and why
NOT_SIMULATED = {
    "Figs. 4, 5, S3 and S6: micrographs and element maps": "These show how a cell was "
    "made. Powder, firing, carbon and roughness enter as numbers of the recipe.",
    "Figs. S4 and S5: thermal analysis and X-ray diffraction": "Crystallisation is not "
    "simulated. The cell starts with its fired cathode.",
    "Cathode with 5 % carbon, which did not sinter": "Sintering is not simulated. "
    "nfpcell new-cell warns above 4.2 %.",
    "Tables S1 and S2, and the data points of the figures": "They are not in the text. "
    "Marks in the figures are the numbers that the text quotes.",
}
TITLE = "An oxide solid-state sodium cell: the paper, simulated"
PAPER = (
    "Yamauchi et al., Scientific Reports 10, 9453 (2020), "
    "doi 10.1038/s41598-020-66410-1"
)
HOW_TO_READ = (
    "Calibrated: constants of the model were fitted or set by hand to this number. "
    "Agreement shows that the model is consistent; it does not test the model.",
    "Predicted: nothing was fitted to this number. A predicted range or bound is "
    "weaker evidence than a number. The notes say which are our own checks.",
    "Only numbers that the text of the paper quotes are marked in the figures. The "
    "data points of the paper's figures are not available.",
    "Cut-offs, rests and loadings that the text does not state are assumed. The "
    "experiment files list these assumptions.",
)
