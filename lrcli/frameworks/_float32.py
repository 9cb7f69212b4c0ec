"""Single-precision arithmetic without numpy, as XLA on a CPU does it, and double precision with the same words.

One operation on two singles, computed in doubles and rounded, is what a machine computes in singles. cos and pow are
those of glibc before 2.41 (its polynomials, in doubles, to the bit), log is XLA's own. A list is rounded at a stretch,
which costs a fraction of rounding each number, so the schedules compute lists: see `Listed`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from struct import Struct
from typing import NamedTuple

from lrcli.errors import NoValue
from lrcli.frameworks.schedule import FrameworkSchedule, Listed
from lrcli.values import dataclass

_F32, _U32 = Struct("<f"), Struct("<I")


def f32(value: float) -> float:
    """The nearest single; what is too large is infinite.

    >>> f32(0.1), f32(1e300)
    (0.10000000149011612, inf)
    """
    return array("f", (value,))[0]


SMALLEST = 2.0**-126
"""The smallest normal single: XLA takes what is below it for 0."""


def flushed(values: list[float]) -> list[float]:
    """Put 0 for those of these singles (of at least 0) that are no normal number."""
    if values and min(values) < SMALLEST:
        return [value if value >= SMALLEST else 0.0 for value in values]
    return values


def singles(values: Sequence[float]) -> list[float]:
    """Round every number to the nearest single."""
    return array("f", values).tolist()


def _bits(value: float) -> int:
    return int(_U32.unpack(_F32.pack(value))[0])


def _of_bits(bits: int) -> float:
    return float(_F32.unpack(_U32.pack(bits & 0xFFFFFFFF))[0])


def _signed(bits: int) -> int:
    return bits - (1 << 32) if bits >= 1 << 31 else bits


_HALF_PI = float.fromhex("0x1.921FB54442D18p0")
_TWO_OVER_PI = float.fromhex("0x1.45F306DC9C883p+23")
_C1, _C2, _C3, _C4 = map(
    float.fromhex,
    ("-0x1.ffffffd0c621cp-2", "0x1.55553e1068f19p-5", "-0x1.6c087e89a359dp-10", "0x1.99343027bf8c3p-16"),
)
_S1, _S2, _S3 = map(float.fromhex, ("-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13"))


def cos32(x: float) -> float:
    """The cosine of a single, before it is rounded to one.

    >>> f32(cos32(f32(1.0)))
    0.5403022766113281
    """
    size = abs(x)
    if size < 0.785398125:
        if size < 0.000244140625:
            return 1.0
        square = x * x
        fourth = square * square
        return ((1.0 + square * _C1) + fourth * _C2) + (fourth * square) * (_C3 + square * _C4)
    if not size < 120.0:
        return math.cos(x)
    n = (int(x * _TWO_OVER_PI) + 0x800000) >> 24
    x -= n * _HALF_PI
    square = x * x
    if n & 1:
        if not n & 2:
            x = -x
        cube = x * square
        return (x + cube * _S1) + (cube * square) * (_S2 + square * _S3)
    fourth = square * square
    value = ((1.0 + square * _C1) + fourth * _C2) + (fourth * square) * (_C3 + square * _C4)
    return -value if n & 2 else value


_POW_TABLE = tuple(
    (float.fromhex(inverse), float.fromhex(log2))
    for inverse, log2 in (
        ("0x1.661ec79f8f3bep+0", "-0x1.efec65b963019p-2"),
        ("0x1.571ed4aaf883dp+0", "-0x1.b0b6832d4fca4p-2"),
        ("0x1.49539f0f010bp+0", "-0x1.7418b0a1fb77bp-2"),
        ("0x1.3c995b0b80385p+0", "-0x1.39de91a6dcf7bp-2"),
        ("0x1.30d190c8864a5p+0", "-0x1.01d9bf3f2b631p-2"),
        ("0x1.25e227b0b8eap+0", "-0x1.97c1d1b3b7afp-3"),
        ("0x1.1bb4a4a1a343fp+0", "-0x1.2f9e393af3c9fp-3"),
        ("0x1.12358f08ae5bap+0", "-0x1.960cbbf788d5cp-4"),
        ("0x1.0953f419900a7p+0", "-0x1.a6f9db6475fcep-5"),
        ("0x1p+0", "0x0p+0"),
        ("0x1.e608cfd9a47acp-1", "0x1.338ca9f24f53dp-4"),
        ("0x1.ca4b31f026aap-1", "0x1.476a9543891bap-3"),
        ("0x1.b2036576afce6p-1", "0x1.e840b4ac4e4d2p-3"),
        ("0x1.9c2d163a1aa2dp-1", "0x1.40645f0c6651cp-2"),
        ("0x1.886e6037841edp-1", "0x1.88e9c2c1b9ff8p-2"),
        ("0x1.767dcf5534862p-1", "0x1.ce0a44eb17bccp-2"),
    )
)
_P0, _P1, _P2, _P3, _P4 = map(
    float.fromhex,
    (
        "0x1.27616c9496e0bp-2",
        "-0x1.71969a075c67ap-2",
        "0x1.ec70a6ca7baddp-2",
        "-0x1.7154748bef6c8p-1",
        "0x1.71547652ab82bp0",
    ),
)
_E0, _E1, _E2 = map(float.fromhex, ("0x1.c6af84b912394p-5", "0x1.ebfce50fac4f3p-3", "0x1.62e42ff0c52d6p-1"))
_ROOTS = tuple(2.0 ** (i / 32) for i in range(32))
_SHIFT = 1.5 * 2.0**52 / 32


def pow64(x: float, y: float) -> float:
    """x ** y of doubles. Raises NoValue where that is no finite number.

    >>> pow64(0.0, -1.0)
    Traceback (most recent call last):
    ...
    lrcli.errors.NoValue: 0.0 ** -1.0 is no finite number
    """
    try:
        return math.pow(x, y)
    except (ValueError, OverflowError):
        raise NoValue(f"{x!r} ** {y!r} is no finite number") from None


def log64(x: float) -> float:
    """The natural logarithm of a double. Raises NoValue where that is no finite number."""
    if not 0.0 < x < math.inf:
        raise NoValue(f"the logarithm of {x!r} is no finite number")
    return math.log(x)


def pow32(x: float, y: float) -> float:
    """x ** y of singles, before it is rounded to one. Raises NoValue where that is no number.

    >>> f32(pow32(0.5, f32(0.1))), pow32(0.0, 2.0)
    (0.9330329895019531, 0.0)
    """
    if y == 1.0 or x == 1.0 or y == 0.0:
        return x if y == 1.0 else 1.0
    if not 0.0 < x < math.inf or not math.isfinite(y):
        return pow64(x, y)
    bits = _bits(x)
    if bits < 0x800000:
        return pow64(x, y)  # a subnormal number
    shifted = (bits - 0x3F330000) & 0xFFFFFFFF
    inverse, log2 = _POW_TABLE[(shifted >> 19) & 15]
    top = shifted & 0xFF800000
    r = _of_bits(bits - top) * inverse - 1
    square = r * r
    q = (_P2 * r + _P3) * square + (_P4 * r + (log2 + (_signed(top) >> 23)))
    exponent = y * ((_P0 * r + _P1) * (square * square) + q)
    if not -126.0 < exponent < 127.0:
        return 2.0**exponent if -126.0 < exponent < 128.0 else 0.0 if exponent < 0.0 else math.inf
    nearest = (exponent + _SHIFT) - _SHIFT
    r = exponent - nearest
    k = int(nearest * 32)
    return ((_E0 * r + _E1) * (r * r) + (_E2 * r + 1)) * math.ldexp(_ROOTS[k & 31], k >> 5)


_LOG_COEFFICIENTS = singles(
    (
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    )
)
_ROOT_HALF, _LN2_HIGH, _LN2_LOW = singles((0.707106781186547524, 0.693359375, -2.12194440e-4))


def log32(x: float) -> float:
    """The natural logarithm of a single, a single, as XLA approximates it. Raises NoValue where it is no number.

    >>> log32(8.0), log32(1.0)
    (2.079441547393799, 0.0)
    """
    if not x > 0.0 or x == math.inf:
        return log64(x)
    bits = _bits(x)
    exponent = float((bits >> 23) - 0x7F + 1)
    x = _of_bits((bits & 0x7FFFFF) | 0x3F000000)
    if x < _ROOT_HALF:
        exponent -= 1.0
        x = f32(f32(x - 1.0) + x)
    else:
        x = f32(x - 1.0)
    a0, a1, a2, b0, b1, b2, c0, c1, c2 = _LOG_COEFFICIENTS
    square = f32(x * x)
    cube = f32(square * x)
    y = f32(f32(a0 * x + a1) * x + a2)
    y = f32(y * cube + f32(f32(b0 * x + b1) * x + b2))
    y = f32(y * cube + f32(f32(c0 * x + c1) * x + c2))
    y = f32(y * cube + f32(_LN2_LOW * exponent))
    return f32(exponent * _LN2_HIGH + f32(f32(square * -0.5 + x) + y))


def _same(values: list[float]) -> list[float]:
    return values


class Width(NamedTuple):
    """The arithmetic of a float width. `to` rounds a list of results, `nearest` a single number."""

    to: Callable[[list[float]], list[float]]
    nearest: Callable[[float], float]
    cos: Callable[[float], float]
    pow: Callable[[float, float], float]
    log: Callable[[float], float]
    flush: Callable[[list[float]], list[float]]


SINGLE = Width(singles, f32, cos32, pow32, log32, flushed)
DOUBLE = Width(_same, float, math.cos, pow64, log64, _same)
WIDTHS = {"float32": SINGLE, "float64": DOUBLE}


@dataclass(frozen=True, kw_only=True)
class FloatTyped(Listed, FrameworkSchedule):
    """A schedule that is computed in one float type for all parameter groups, which a subclass has as its `dtype`."""

    dtype: str

    @property
    def width(self) -> Width:
        """The arithmetic of the type."""
        return WIDTHS[self.dtype]

    def ignores(self, lr: float) -> bool:
        return super().ignores(lr) and super().ignores(self.width.nearest(lr))
