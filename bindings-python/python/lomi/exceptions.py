"""The exceptions of the documented client.

Everything that goes wrong in this package is an :class:`ApiException`; what is actually
raised are the finer classes of :mod:`lomi.errors`, each of which also is the documented
class of its status (a 404 is a ``NotFoundError``, which is a ``NotFoundException``).
"""

from __future__ import annotations

from . import errors as _errors  # noqa: F401  (completes ApiException.from_response)
from ._exceptions import ApiAttributeError as ApiAttributeError
from ._exceptions import ApiException as ApiException
from ._exceptions import ApiKeyError as ApiKeyError
from ._exceptions import ApiTypeError as ApiTypeError
from ._exceptions import ApiValueError as ApiValueError
from ._exceptions import BadRequestException as BadRequestException
from ._exceptions import ConflictException as ConflictException
from ._exceptions import ForbiddenException as ForbiddenException
from ._exceptions import NotFoundException as NotFoundException
from ._exceptions import OpenApiException as OpenApiException
from ._exceptions import ServiceException as ServiceException
from ._exceptions import UnauthorizedException as UnauthorizedException
from ._exceptions import UnprocessableEntityException as UnprocessableEntityException
from ._exceptions import render_path as render_path

TYPE_CHECKING = False

if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
