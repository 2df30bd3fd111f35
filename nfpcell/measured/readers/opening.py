"""The bytes of a file: of bounded size, unpacked, and decoded where they are text."""

import codecs
import difflib
import hashlib
import itertools
import re
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nfpcell.errors import DataFileError

MAX_BYTES = 200_000_000
# of a text that is looked through for the headings
HEAD_BYTES = 1_000_000
GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20
_EAST = re.compile("电压|电流|时间|電圧|電流|時間|频率|周波数")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
_NEWLINE = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Content:
    """
    A file's content.

    Attributes
    ----------
    path : of the file
    sha256 : of the file as it lies on the disk
    raw : its bytes, unpacked if it was packed
    """

    path: Path
    sha256: str
    raw: bytes

    @property
    def suffix(self):
        """The last suffix in small letters, that of the unpacked file."""
        name = self.path.name.lower().removesuffix(".gz")
        return Path(name).suffix

    @property
    def stem(self):
        """The name without its suffixes."""
        return Path(self.path.name.removesuffix(".gz")).stem

    @cached_property
    def encoding(self):
        """Encoding of a text; refuses what is no text."""
        head = self.raw[:HEAD_BYTES]
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        # UTF-16 without its mark: every second byte of plain letters is zero
        if len(head) > 8 and head.count(0) > 0.4 * len(head):
            odd = head[1::2].count(0) > head[::2].count(0)
            return "utf-16-le" if odd else "utf-16-be"
        strange = head.translate(None, bytes(range(32, 256)) + b"\t\n\r\f\x0b\x1a\x85")
        if strange:
            raise DataFileError(_no_text(self.path))
        if _decodes(self.raw, "utf-8"):
            return "utf-8"
        for encoding in ("gb18030", "cp932"):
            # nearly any bytes are Chinese or Japanese; a word of a heading tells
            if _EAST.search(head.decode(encoding, "ignore")):
                return encoding
        return "cp1252" if _decodes(self.raw, "cp1252") else "latin-1"

    @cached_property
    def bytes(self):
        """The text in an encoding with one byte for each sign of a number."""
        if self.encoding.startswith("utf-16"):
            try:
                text = self.raw.decode(self.encoding).lstrip("\ufeff")
                found = text.encode("utf-8")
            except UnicodeError as error:
                raise DataFileError(_no_text(self.path)) from error
            if _CONTROL.search(text, 0, HEAD_BYTES):
                raise DataFileError(_no_text(self.path))
            return found
        return self.raw.removeprefix(b"\xef\xbb\xbf")

    @property
    def byte_encoding(self):
        """Encoding of ``bytes``."""
        return "utf-8" if self.encoding.startswith("utf") else self.encoding

    @cached_property
    def head(self):
        """The first lines."""
        if not self.bytes.strip():
            raise DataFileError(
                f"{self.path}: is empty; right would be a table of a spectrum or a "
                "curve"
            )
        part = self.bytes[:HEAD_BYTES]
        if len(self.bytes) > HEAD_BYTES:
            ends = [match.start() for match in _NEWLINE.finditer(part)]
            if not ends:
                raise DataFileError(
                    f"{self.path}: has a first line of more than "
                    f"{HEAD_BYTES / 1e6:g} MB; right would be a table with a heading "
                    "for each column"
                )
            part = part[: ends[-1]]
        return re.split(r"\r\n|\n|\r", part.decode(self.byte_encoding, "replace"))

    def line(self, number):
        """One line of the text, counted from 1; empty where there is none."""
        start = self.offset(number - 1)
        match = _NEWLINE.search(self.bytes, start)
        end = match.start() if match else len(self.bytes)
        return self.bytes[start:end].decode(self.byte_encoding, "replace")

    def offset(self, lines):
        """Place of the first byte after so many lines."""
        place = 0
        for _ in range(lines):
            match = _NEWLINE.search(self.bytes, place)
            if not match:
                return len(self.bytes)
            place = match.end()
        return place

    def text(self):
        """All of the text."""
        return self.bytes.decode(self.byte_encoding, "replace")


def opened(path):
    """
    The content of a file.

    Raises
    ------
    DataFileError : for no file, one that is too large or cannot be read or unpacked
    """
    path = Path(path)
    try:
        if "\0" in str(path):
            raise DataFileError(
                f"{path}: cannot be the path of a file; right would be one without the "
                "sign of code 0"
            )
        if path.is_dir():
            raise DataFileError(f"{path}: is a folder; right would be a file")
        if not path.exists():
            raise DataFileError(
                f"{path}: there is no such file; right would be the path of one that "
                "is there" + _near(path)
            )
        if not path.is_file():
            raise DataFileError(
                f"{path}: is not an ordinary file but a device or a pipe; right would "
                "be a file with the data in it"
            )
        if path.stat().st_size > MAX_BYTES:
            raise DataFileError(_too_large(path))
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataFileError(
            f"{path}: cannot be read ({reason}); right would be a file that may be read"
        ) from error
    digest = hashlib.sha256(raw).hexdigest()
    if raw.startswith(GZIP):
        raw = _unpacked(raw, path)
    return Content(path, digest, raw)


def _decodes(raw, encoding):
    """Whether these bytes are text in an encoding; no more of it is held at a time."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(raw), _CHUNK):
            decoder.decode(raw[start : start + _CHUNK], start + _CHUNK >= len(raw))
    except UnicodeDecodeError:
        return False
    return True


def _no_text(path):
    return (
        f"{path}: is not text; right would be a table with named columns, such as "
        "Frequency [Hz], Z_re [Ohm], Z_im [Ohm], or a file of a known instrument"
    )


def _near(path):
    """A name in the same folder that is nearly this one, as the end of a sentence."""
    try:
        names = [each.name for each in itertools.islice(path.parent.iterdir(), 2000)]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, names, 1, 0.8)
    return f", such as {path.parent / near[0]}" if near else ""


def _too_large(path, how="is larger"):
    return (
        f"{path}: {how} than {MAX_BYTES / 1e6:g} MB; right would be a file of one "
        "measurement, or fewer rows of it"
    )


def _unpacked(raw, path):
    """What a gzip file holds; it is not unpacked further than MAX_BYTES."""
    parts, size, rest = [], 0, raw
    try:
        while rest.startswith(GZIP):
            member = zlib.decompressobj(wbits=31)
            while rest and not member.eof:
                part = member.decompress(rest, _CHUNK)
                rest = member.unconsumed_tail
                parts.append(part)
                size += len(part)
                if size > MAX_BYTES:
                    raise DataFileError(_too_large(path, "holds more"))
            parts.append(member.flush())
            if not member.eof:
                raise DataFileError(
                    f"{path}: ends in the middle; right would be the whole .gz file"
                )
            rest = member.unused_data
    except zlib.error as error:
        raise DataFileError(
            f"{path}: is packed with gzip and damaged; right would be the whole .gz "
            "file, as it was packed"
        ) from error
    return b"".join(parts)
