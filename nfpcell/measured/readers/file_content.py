"""The bytes of a file: limited in size, uncompressed, and decoded if they are text."""

import codecs
import difflib
import hashlib
import io
import itertools
import os
import re
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nfpcell.errors import DataFileError, refusal, shown

MAX_BYTES = 200_000_000
# length of the part of a text that is searched for the headings
HEAD_BYTES = 1_000_000
_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20
_EAST_ASIAN = re.compile("电压|电流|时间|電圧|電流|時間|频率|周波数")
_UTF_8_MARK = b"\xef\xbb\xbf"
_CONTROL = rb"[\x00-\x08\x0e-\x19\x1b-\x1f]"
_ANY_CONTROL = re.compile(_CONTROL)
_NO_CONTROL = bytes(b for b in range(256) if not _ANY_CONTROL.match(bytes([b])))
# at either end of a line a control character is no part of a number
_CONTROL_AT_ENDS = re.compile(rb"(?m)^%b+|%b+(?=\r?$)" % (_CONTROL, _CONTROL))
_CONTROL_IN_NUMBER = re.compile(rb"(?<=[\d.])%b+|%b+(?=[\d.+-])" % (_CONTROL, _CONTROL))
# larger shares of control characters are no text
_CONTROL_SHARE = 0.06
_NEWLINE = re.compile(rb"\r\n|\n|\r")
# a short text in quotes, without a digit, on two lines
_BROKEN_HEADING = re.compile(
    rb'(?m)(?:^|(?<=[,;\t]))"[^"\d\r\n]{1,40}(?:\r\n|\n|\r)[^"\d\r\n]{1,40}"(?=[,;\t\r\n])'
)


def split_lines(text: str) -> list[str]:
    """Lines of a text with line ends of any system."""
    return re.split(r"\r\n|\n|\r", text)


@dataclass(frozen=True)
class Content:
    """A file's content."""

    path: Path
    sha256: str  # of the file on the disk
    raw: bytes  # uncompressed

    @property
    def suffix(self) -> str:
        """The last suffix of the uncompressed file, in lower case."""
        name = self.path.name.lower().removesuffix(".gz")
        return Path(name).suffix

    @property
    def stem(self) -> str:
        """The name without its suffixes."""
        return Path(self.path.name.removesuffix(".gz")).stem

    @cached_property
    def encoding(self) -> str:
        """Encoding of the text; an error for other content."""
        head = self.raw[:HEAD_BYTES]
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        # UTF-16 without its mark: every second byte of plain letters is zero
        even, odd = head[::2].count(0), head[1::2].count(0)
        if len(head) > 8 and max(even, odd) > 0.4 * len(head) > 10 * min(even, odd):
            return "utf-16-le" if odd > even else "utf-16-be"
        if self.raw and _is_binary(self._unpadded):
            raise self._not_text()
        if _decodes(self._unpadded, "utf-8"):
            return "utf-8"
        for encoding in ("gb18030", "cp932"):
            # nearly all bytes are valid in these encodings, so look for a known heading
            if _EAST_ASIAN.search(head.decode(encoding, "ignore")):
                return encoding
        return "cp1252" if _decodes(self.raw, "cp1252") else "latin-1"

    @cached_property
    def text_bytes(self) -> bytes:
        """The text in an encoding with one byte for each character of a number."""
        if not self.encoding.startswith("utf-16"):
            plain = _without_control(self._unpadded.removeprefix(_UTF_8_MARK))
            return _with_headings_in_one_line(plain)
        try:
            text = self.raw.decode(self.encoding).lstrip("\ufeff")
            encoded = text.encode("utf-8")
        except UnicodeError as error:
            raise self._not_text() from error
        if _is_binary(encoded):
            raise self._not_text()
        return _with_headings_in_one_line(_without_control(encoded))

    @cached_property
    def _unpadded(self) -> bytes:
        """The bytes without zeros at the end, and without a line that these cut."""
        text = self.raw.rstrip(b"\0")
        is_padded = len(text) < len(self.raw)
        return text[: text.rfind(b"\n") + 1] if is_padded else text

    @property
    def remarks(self) -> list[str]:
        """What was left out of the text."""
        head = self.raw[:HEAD_BYTES]
        if self.encoding.startswith("utf-16") or not (
            head.translate(None, _NO_CONTROL) or self.raw.endswith(b"\0")
        ):
            return []
        return ["control characters in the file are left out"]

    @property
    def byte_encoding(self) -> str:
        """Encoding of ``text_bytes``."""
        return "utf-8" if self.encoding.startswith("utf") else self.encoding

    @cached_property
    def head(self) -> list[str]:
        """The first lines."""
        if not re.search(rb"\S", self.text_bytes):
            raise refusal(self.path, "is empty", "a table of a spectrum or a curve")
        part = self.text_bytes[:HEAD_BYTES]
        if len(self.text_bytes) > HEAD_BYTES:
            line_ends = [match.start() for match in _NEWLINE.finditer(part)]
            if not line_ends:
                what = f"has a first line of more than {HEAD_BYTES / 1e6:g} MB"
                right = "a table with a heading for each column"
                raise refusal(self.path, what, right)
            part = part[: line_ends[-1]]
        return split_lines(part.decode(self.byte_encoding, "replace"))

    def offset(self, lines: int) -> int:
        """Position of the first byte after this number of lines."""
        position = 0
        for _ in range(lines):
            match = _NEWLINE.search(self.text_bytes, position)
            if not match:
                return len(self.text_bytes)
            position = match.end()
        return position

    def text(self) -> str:
        """The whole text."""
        return self.text_bytes.decode(self.byte_encoding, "replace")

    def _not_text(self) -> DataFileError:
        return refusal(
            self.path,
            "is not text",
            "a table with named columns, such as Frequency [Hz], Z_re [Ohm], Z_im "
            "[Ohm], or a file of a known instrument",
        )


def open_file(path: str | Path) -> Content:
    """The content of a file, uncompressed if it is a gzip file."""
    if not isinstance(path, str | os.PathLike):
        right = 'a path such as "discharge.csv"'
        raise refusal(shown(path), "is no path of a file", right)
    path = Path(path)
    try:
        _check_is_file(path)
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        what = f"cannot be read ({reason})"
        raise refusal(path, what, "a readable file") from error
    digest = hashlib.sha256(raw).hexdigest()
    return Content(path, digest, _unpacked(raw, path) if raw[:2] == _GZIP else raw)


def _check_is_file(path: Path) -> None:
    if "\0" in str(path):
        what = "cannot be the path of a file"
        raise refusal(path, what, "one without the character of code 0")
    if path.is_dir():
        raise refusal(path, "is a folder", "a file")
    if not path.exists():
        right = f"the path of an existing file{_similar_name(path)}"
        raise refusal(path, "there is no such file", right)
    if not path.is_file():
        what = "is not an ordinary file but a device or a pipe"
        raise refusal(path, what, "a file with the data in it")
    if path.stat().st_size > MAX_BYTES:
        raise _too_large(path, "is larger")


def _is_binary(raw: bytes) -> bool:
    """Whether bytes are no text: none, or with many control characters."""
    head = raw[:HEAD_BYTES]
    return len(_ANY_CONTROL.findall(head)) >= _CONTROL_SHARE * len(head)


def _without_control(text: bytes) -> bytes:
    """Text without control characters; one in a number makes it no number."""
    chunks = (text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK))
    if not any(chunk.translate(None, _NO_CONTROL) for chunk in chunks):
        return text
    text = _CONTROL_IN_NUMBER.sub(b"?", _CONTROL_AT_ENDS.sub(b"", text))
    return _ANY_CONTROL.sub(b"", text)


def _with_headings_in_one_line(text: bytes) -> bytes:
    """Text with blanks for the line ends in headings in quotes."""
    if not _BROKEN_HEADING.search(text, 0, HEAD_BYTES):
        return text
    head = _BROKEN_HEADING.sub(
        lambda match: _NEWLINE.sub(b" ", match[0]), text[:HEAD_BYTES]
    )
    return head + text[HEAD_BYTES:]


def _decodes(raw: bytes, encoding: str) -> bool:
    """Whether bytes are valid in an encoding; tested in chunks to save memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(raw), _CHUNK):
            decoder.decode(raw[start : start + _CHUNK], start + _CHUNK >= len(raw))
    except UnicodeDecodeError:
        return False
    return True


def _similar_name(path: Path) -> str:
    """The end of a message: a similar name in the same folder, if there is any."""
    try:
        names = [file.name for file in itertools.islice(path.parent.iterdir(), 2000)]
    except OSError:
        return ""
    similar = difflib.get_close_matches(path.name, names, 1, 0.8)
    return f", such as {path.parent / similar[0]}" if similar else ""


def _too_large(path: Path, how: str) -> DataFileError:
    what = f"{how} than {MAX_BYTES / 1e6:g} MB"
    return refusal(path, what, "a file of one measurement, or fewer rows of it")


def _unpacked(raw: bytes, path: Path) -> bytes:
    """The uncompressed content of a gzip file, of at most MAX_BYTES."""
    # in a buffer, because to join parts would need twice the memory
    buffer, packed = io.BytesIO(), raw
    try:
        while packed.startswith(_GZIP):
            member = zlib.decompressobj(wbits=31)
            while packed and not member.eof:
                buffer.write(member.decompress(packed, _CHUNK))
                packed = member.unconsumed_tail
                if buffer.tell() > MAX_BYTES:
                    raise _too_large(path, "contains more")
            buffer.write(member.flush())
            if not member.eof:
                raise refusal(path, "is truncated", "the complete .gz file")
            packed = member.unused_data
    except zlib.error as error:
        what = "is a damaged gzip file"
        raise refusal(path, what, "the original .gz file") from error
    return buffer.getvalue()
