"""The base class of every model. The models are generated: names, types, docs."""

from __future__ import annotations

from .._lomi import DOCUMENTED_MODELS, Field, FieldDict, ModelBase, read_all_fields, redact
from .._lomi import read as _read
from .pydantic_names import PydanticNames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, ClassVar

    from typing_extensions import Self

    from .._lomi import LastResponse


class _Fields:
    """The fields of a model class, by name."""

    def __get__(self, model: Model | None, owner: type[Model]) -> dict[str, Any]:
        return {name: owner.__annotations__.get(name, "Any") for name in owner._fields}


class _Signature:
    """The keywords of a model class, for ``inspect.signature`` and ``help``."""

    def __get__(self, model: Model | None, owner: type[Model]) -> Any:
        from inspect import Parameter, Signature

        fields = [Parameter(n, Parameter.KEYWORD_ONLY, default=None) for n in owner._fields]
        if not owner._closed:
            fields.append(Parameter("extra", Parameter.VAR_KEYWORD))
        return Signature(fields, return_annotation=None)


class Model(PydanticNames, ModelBase):
    """An object of the API.

    ``__dict__`` has the fields that are set, as the server sent them. Fields that this version
    does not know are attributes too, and in :attr:`model_extra`.
    """

    __slots__ = ("_extra", "_originals", "_response", "__dict__", "__weakref__")
    if not TYPE_CHECKING:
        # Reads every field of the lazy row first.
        __dict__ = FieldDict()

    if TYPE_CHECKING:
        _extra: dict[str, Any] | None
        _originals: dict[str, Any] | None
        _response: LastResponse | None

    _schema: ClassVar[str] = ""
    _model_set: ClassVar[int] = DOCUMENTED_MODELS
    _fields: ClassVar[tuple[str, ...]] = ()
    _kind: ClassVar[_Kind]
    _read_only: ClassVar[frozenset[str]] = frozenset()
    _closed: ClassVar[bool] = False
    model_fields = _Fields()
    __signature__ = _Signature()

    def __init__(self, **fields: Any) -> None:
        """Set fields by name. None means: not set."""
        known, values = self._fields, self.__dict__
        for name, value in fields.items():
            if name not in known:
                if self._closed:
                    from .._unknown_names import unknown

                    raise unknown(type(self).__name__, name, known)
                self._put_extra(name, value)
            elif value is not None:
                values[name] = value

    def _put_extra(self, name: str, value: Any) -> None:
        if self._extra is None:
            self._extra = {}
        self._extra[name] = value

    # Reading

    if not TYPE_CHECKING:  # a misspelt field is an error to a type checker

        def __getattr__(self, name: str) -> Any:
            # Python calls this only for a name that is nowhere else.
            if name in Model.__slots__:
                # To read all fields also sets `_extra` and `_originals`.
                new = name in ("_extra", "_originals") and read_all_fields(self)
                return getattr(self, name) if new else None
            extra = self._extra
            if extra is not None and name in extra:
                return extra[name]
            from .._unknown_names import no_field

            raise no_field(self, name)

    def __delattr__(self, name: str) -> None:
        read_all_fields(self)  # only a field in the __dict__ can be deleted
        super().__delattr__(name)

    def __getitem__(self, name: str) -> Any:
        if name in self._fields:
            return getattr(self, name)
        if self._extra is not None and name in self._extra:
            return self._extra[name]
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Give a field by name, or the default where it is not set."""
        value = self[name] if name in self else None
        return default if value is None else value

    def __contains__(self, name: object) -> bool:
        return name in self.__dict__ or (self._extra is not None and name in self._extra)

    def original(self, name: str) -> Any:
        """Give a field as the server sent it, where it is read as something else."""
        if self._originals is not None and name in self._originals:
            return self._originals[name]
        if name in self.__dict__:
            return self.__dict__[name]
        return self[name] if name in self else None

    @property
    def last_response(self) -> LastResponse | None:
        """The response that this object came with: status, request id, attempts, headers."""
        return self._response

    @property
    def model_extra(self) -> dict[str, Any]:
        """Fields that this version does not know."""
        return dict(self._extra or ())

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that are set."""
        return set(self.__dict__) | set(self._extra or ())

    # Converting

    def to_dict(self) -> dict[str, Any]:
        """Give the fields that are set, typed, without those that only the server sets."""
        return self._dump(exclude=self._read_only, exclude_none=True)

    def to_json(self) -> str:
        """Give the same as JSON text: ids and times as the server sent them."""
        import json

        from .._convert.json_text import encode

        return json.dumps(
            self._dump(exclude=self._read_only, exclude_none=True, typed=False), default=encode
        )

    def to_str(self) -> str:
        """Give every field, also those that are not set, in an indented form."""
        from pprint import pformat

        return redact(pformat(self.model_dump()))

    def model_dump(
        self,
        *,
        mode: str = "python",
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        **ignored: Any,
    ) -> dict[str, Any]:
        """Give every field, None where it is not set. ``mode="json"`` leaves no objects in."""
        fields = self._dump(typed=mode != "json", nested=mode)
        if not exclude_unset and not exclude_defaults and not exclude_none:
            fields = {**dict.fromkeys(self._fields), **fields}
        if mode == "json":
            from .._convert.json_text import jsonable

            fields = jsonable(fields)
        return {
            name: value
            for name, value in fields.items()
            if (include is None or name in include)
            and (exclude is None or name not in exclude)
            and not (value is None and (exclude_none or exclude_defaults))
        }

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Give :meth:`model_dump` as JSON text."""
        import json

        from .._convert.json_text import encode

        fields = self.model_dump(mode="json", **options)
        separators = None if indent is not None else (",", ":")
        return json.dumps(
            fields, indent=indent, separators=separators, ensure_ascii=False, default=encode
        )

    def _dump(
        self,
        *,
        exclude: Iterable[str] = (),
        exclude_none: bool = False,
        typed: bool = True,
        nested: str = "",
    ) -> dict[str, Any]:
        """Give the fields that are set, in the order of the schema, models as dictionaries."""
        values, kind = self.__dict__, _kind_of(type(self))
        names = kind.writable if exclude is self._read_only else self._fields
        if exclude and names is self._fields:
            names = tuple(name for name in names if name not in exclude)
        fields = {name: values[name] for name in names if name in values}
        if typed:
            # A value that is replaced keeps its place.
            for name in kind.converted & fields.keys():
                fields[name] = getattr(self, name)
        if self._extra is not None:
            fields.update(self._extra)
        if exclude_none:
            fields = {name: value for name, value in fields.items() if value is not None}
        for name, value in fields.items():
            if value.__class__ not in _SCALARS:
                fields[name] = _dumped(value, nested)
        return fields

    def _to_send(self) -> dict[str, Any]:
        """Give the fields of a request: those that are set, not None, and not read-only."""
        fields = {
            name: value
            for name, value in self.__dict__.items()
            if value is not None and name not in self._read_only
        }
        fields.update(self._extra or ())
        return fields

    # Making

    @classmethod
    def from_dict(cls, obj: Mapping[str, Any] | None) -> Self | None:
        """Read a dictionary by the rules for responses; None gives None."""
        return None if obj is None else cls.model_validate(obj)

    @classmethod
    def from_json(cls, json_str: str) -> Self | None:
        """Read JSON text by the rules for responses; ``null`` gives None."""
        return None if json_str.strip() == "null" else cls.model_validate_json(json_str)

    @classmethod
    def model_validate(cls, obj: Any, **ignored: Any) -> Self:
        """Read a dictionary, or an object of this class."""
        if isinstance(obj, cls):
            return obj
        if cls._closed and isinstance(obj, dict):
            return cls._of_fields(obj)
        from .._convert.json_text import to_text

        return cls._take(_read(to_text(obj, cls.__name__), cls._schema, cls._model_set))

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, **ignored: Any) -> Self:
        """Read JSON text."""
        from .._convert.json_text import of_text, text_of

        if cls._closed:
            return cls.model_validate(of_text(json_data, cls.__name__))
        return cls._take(_read(text_of(json_data, cls.__name__), cls._schema, cls._model_set))

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Make an object without checking the values."""
        model = cls.__new__(cls)
        model.__dict__.update(values)
        return model

    @classmethod
    def _of_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Take fields unchanged, also those that the schema does not know."""
        model = cls()
        for name, value in fields.items():
            if name not in cls._fields:
                model._put_extra(name, value)
            elif value is not None:
                model.__dict__[name] = value
        return model

    @classmethod
    def _take(cls, read: Any) -> Self:
        """Give an object that the core read as an object of this class, which may be a subclass."""
        if type(read) is cls:
            return read
        model = cls.__new__(cls)
        model.__setstate__(Model.__getstate__(read))
        return model

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy the object, with some fields changed."""
        import copy

        made = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            setattr(made, name, value)
        return made

    def __reduce_ex__(self, protocol: Any) -> Any:
        # The oldest protocols cannot make an object of a class of a native library.
        return _blank, (type(self),), self.__getstate__()

    def __getstate__(self) -> dict[str, Any]:
        return {
            "fields": dict(self.__dict__),
            "extra": dict(self._extra) if self._extra else None,
            "originals": dict(self._originals) if self._originals else None,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state["fields"])
        self._extra = state["extra"]
        self._originals = state["originals"]

    # Comparing and showing

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, Model):
            return NotImplemented
        return self._dump(exclude_none=True) == other._dump(exclude_none=True)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = self._dump(exclude_none=True)
        shown = ", ".join(f"{name}={value!r}" for name, value in fields.items())
        return redact(f"{type(self).__name__}({shown})")

    def __str__(self) -> str:
        return repr(self)


def _blank(kind: type[Model]) -> Model:
    """Make an object without fields, for pickle and copy."""
    return kind.__new__(kind)


_SCALARS = frozenset((str, int, bool, float, type(None)))


class _Kind:
    """What is the same for all objects of a model class."""

    __slots__ = ("converted", "writable")

    def __init__(self, cls: type[Model]) -> None:
        # Fields whose attribute is not the value that the server sent.
        classes = [vars(each) for each in cls.__mro__]
        attributes = {n: next((c[n] for c in classes if n in c), None) for n in cls._fields}
        self.converted = {n for n, found in attributes.items() if type(found) is not Field}
        self.writable = tuple(name for name in cls._fields if name not in cls._read_only)


def _kind_of(cls: type[Model]) -> _Kind:
    found: _Kind | None = cls.__dict__.get("_kind")
    if found is None:
        found = cls._kind = _Kind(cls)
    return found


def _dumped(value: Any, mode: str) -> Any:
    if isinstance(value, Model):
        return value.model_dump(mode=mode) if mode else value.to_dict()
    if isinstance(value, list):
        return [_dumped(item, mode) for item in value]
    return value


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(
        __name__,
        "LastResponse@_lomi",
    )
