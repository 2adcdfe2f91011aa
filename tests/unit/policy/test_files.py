"""Files: what stands at the path that was named, and what is said when it is not a policy."""

from pathlib import Path

import pytest

from streams.policy.errors import PolicyInvalid
from streams.policy.load import DEFAULT, load
from streams.policy.yaml import TEXT_MAX


def refused(path: Path) -> str:
    with pytest.raises(PolicyInvalid) as caught:
        load(path)
    return str(caught.value)


def test_no_path_means_the_default_policy() -> None:
    assert load(None) == load(DEFAULT)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    assert refused(path) == f"{path}:1: there is no such file"


def test_a_directory(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"{tmp_path}:1: this is a directory; name the policy file in it"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.symlink_to(path)
    assert refused(path).startswith(f"{path}:1: cannot be read: ")


def test_a_path_that_is_no_path() -> None:
    assert ":1: cannot be read: " in refused(Path("a\x00b"))


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_bytes(b"")
    assert refused(path).startswith(f"{path}:1: the file is empty")


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("version: 1\nmode: observe # für alle\n".encode("latin-1"))
    assert refused(path) == f"{path}:2: not UTF-8; save the file as UTF-8 text"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (TEXT_MAX + 1))
    assert refused(path) == f"{path}:1: the file is larger than {TEXT_MAX} bytes"


def test_a_mark_of_byte_order_and_other_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbfversion: '1'\r\nmode: enforce\r\n")
    assert load(path).mode == "enforce"
    path.write_bytes(b"version: '1'\r\nmode: enforced\r\n")
    assert refused(path).startswith(f"{path}:2: ")


def test_nothing_of_a_file_that_is_no_policy_is_repeated(tmp_path: Path) -> None:
    path = tmp_path / "credentials.yaml"
    path.write_text("api_key: s3cr3t-value\nhunter2: true\n")
    said = refused(path)
    assert "no policy" in said
    assert not any(secret in said for secret in ("api_key", "s3cr3t", "hunter2"))
