"""The compressed request bodies that ClickHouse clients send, unpacked up to a limit."""

from __future__ import annotations

import sys
import zlib
from typing import Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


class TooLargeError(ValueError):
    """The body is larger, unpacked, than the limit."""


class _Unpacker(Protocol):
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """Undo a Content-Encoding. ValueError when it is unknown or not the body's; TooLargeError past the limit."""
    if encoding in {"", "identity"}:
        return body
    unpacker = _unpacker(encoding)
    try:
        data = unpacker.decompress(body, limit + 1)
    except (zlib.error, zstd.ZstdError, RuntimeError) as error:
        raise ValueError(f"the body is not {encoding}: {error}") from error
    if len(data) > limit:
        raise TooLargeError(f"the body has more than {limit} bytes")
    if not getattr(unpacker, "eof", True):
        raise ValueError(f"the {encoding} body ends too early")
    return data


def _unpacker(encoding: str) -> _Unpacker:
    match encoding:
        case "lz4":
            return _lz4()
        case "zstd":
            return zstd.ZstdDecompressor()
        case "gzip":
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        case "deflate":
            return zlib.decompressobj()
        case _:
            raise ValueError(f"unknown Content-Encoding {encoding!r}")


def _lz4() -> _Unpacker:
    try:  # clients on Python 3.14 and later may come without it
        import lz4.frame  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        raise ValueError("lz4 bodies need the package lz4") from None
    unpacker: _Unpacker = lz4.frame.LZ4FrameDecompressor()
    return unpacker
