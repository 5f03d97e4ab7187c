"""What every model can do. Pickles name ``lomi._model``, so both names stay importable here."""

from .base import Model as Model
from .base import _blank as _blank
