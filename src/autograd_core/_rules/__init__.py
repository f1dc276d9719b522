"""The derivative rules, one family a file; importing this package fills the table. No rule file knows of Tensors."""

from . import activations as activations
from . import analytic as analytic
from . import calculus as calculus
from . import classified as classified
from . import convolution as convolution
from . import cumulative as cumulative
from . import decompositions as decompositions
from . import elementwise as elementwise
from . import fft as fft
from . import indexing as indexing
from . import joining as joining
from . import linalg as linalg
from . import ordering as ordering
from . import padding as padding
from . import polynomials as polynomials
from . import products as products
from . import reductions as reductions
from . import shapes as shapes
from . import special as special
from . import statistics as statistics
from . import ufuncs as ufuncs
from . import windows as windows
