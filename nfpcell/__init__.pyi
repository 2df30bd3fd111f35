# the public names: read by nfpcell/__init__.py, which imports each on first use, and by
# type checkers
from . import plot as plot
from .cell.catalogue import cells as cells
from .cell.catalogue import experiments as experiments
from .cell.definition import Cell as Cell
from .cell.new_recipe import RecipeWarning as RecipeWarning
from .cell.new_recipe import new_cell as new_cell
from .cell.quantity import Quantity as Quantity
from .eis.impedance import impedance as impedance
from .eis.measured_spectra import spectrum as spectrum
from .eis.resistance import resistance as resistance
from .errors import DataFileError as DataFileError
from .errors import FitError as FitError
from .errors import NfpcellError as NfpcellError
from .errors import SolveError as SolveError
from .errors import UnknownNameError as UnknownNameError
from .fitting.comparison import compare as compare
from .fitting.fit_request import fit as fit
from .fitting.free_parameters import Free as Free
from .fitting.measure_next import measure_next as measure_next
from .fitting.read_options import Data as Data
from .measured.extraction import half_cycles as half_cycles
from .measured.readers import read as read
from .simulation.constant_current import simulate as simulate
from .simulation.cycling import cycle as cycle
from .simulation.typed_steps import protocol as protocol
from .studies.experiment import Experiment as Experiment
from .studies.recipe_steps import steps as steps
from .studies.scoring import score as score
from .sweeping.runner import sweep as sweep

__version__: str
