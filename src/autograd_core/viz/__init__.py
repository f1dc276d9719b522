"""Pictures of a computation, static and interactive: values, gradients and both passes, offline, in one file."""

from ._draw import Picture as Picture
from ._draw import draw as draw
from ._engines import Backend as Backend
from ._engines import DrawingError as DrawingError
from ._engines import backends as backends
from ._model import Edge as Edge
from ._model import Failure as Failure
from ._model import Graph as Graph
from ._model import Group as Group
from ._model import Node as Node
from ._model import Source as Source
from ._model import Step as Step
from ._page import Page as Page
from ._page import explore as explore
from ._record import Recording as Recording
from ._record import record as record
from ._statistics import Statistics as Statistics
from ._statistics import summarise as summarise
from ._trace import trace as trace
