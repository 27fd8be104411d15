"""Weights come whole and unaltered, or not at all, however the line and the server behave."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from app.integrations import models_home
from app.integrations.models_home import FetchFailed, fetch

ADDRESS = "https://models.example/media/zoo/weights.onnx"
WEIGHTS = bytes(range(256)) * 40
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()


class Home:
    """A server of one file; ``asked`` are the ranges it was asked for."""

    def __init__(self, data: bytes = WEIGHTS, *, ranges: bool = True, breaks_after: int | None = None) -> None:
        self.data, self.ranges, self.breaks_after = data, ranges, breaks_after
        self.asked: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == ADDRESS
        assert request.headers["accept-encoding"] == "identity"
        asked = request.headers.get("range")
        self.asked.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.ranges else 0
        if start and start >= len(self.data):
            return httpx.Response(416)
        headers = {"Content-Range": f"bytes {start}-{len(self.data) - 1}/{len(self.data)}"} if start else {}
        return httpx.Response(206 if start else 200, headers=headers, content=self._pieces(start))

    def _pieces(self, start: int) -> Iterator[bytes]:
        if self.breaks_after is None:
            yield self.data[start:]
            return
        yield self.data[start : start + self.breaks_after]
        raise httpx.ReadError("the line broke")


def fetched(folder: Path, home: Callable[[httpx.Request], httpx.Response]) -> Path:
    target = folder / "models" / "weights.onnx"
    with httpx.Client(transport=httpx.MockTransport(home)) as http:
        fetch(http, ADDRESS, target, SHA256)
    return target


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in (folder / "models").iterdir())


def test_a_file_is_fetched_whole(tmp_path: Path) -> None:
    home = Home()
    target = fetched(tmp_path, home)
    assert target.read_bytes() == WEIGHTS
    assert target.stat().st_mode & 0o777 == 0o644
    assert (names(tmp_path), home.asked) == (["weights.onnx"], [None])


def test_after_the_line_broke_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="goes on where it stopped"):
        fetched(tmp_path, Home(breaks_after=4000))
    assert names(tmp_path) == [".weights.onnx.part"]
    home = Home()
    assert fetched(tmp_path, home).read_bytes() == WEIGHTS
    assert (names(tmp_path), home.asked) == (["weights.onnx"], ["bytes=4000-"])


def test_a_server_that_ignores_the_range_sends_the_whole_again(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed):
        fetched(tmp_path, Home(breaks_after=4000))
    home = Home(ranges=False)
    assert fetched(tmp_path, home).read_bytes() == WEIGHTS
    assert home.asked == ["bytes=4000-"]


def test_another_part_than_was_asked_for_is_not_appended(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed):
        fetched(tmp_path, Home(breaks_after=4000))
    for told in ("bytes 0-99/10240", "nonsense", ""):
        (tmp_path / "models" / ".weights.onnx.part").write_bytes(WEIGHTS[:4000])
        with pytest.raises(FetchFailed, match="another part"):
            fetched(tmp_path, lambda _, told=told: httpx.Response(206, headers={"Content-Range": told}, content=b"x"))  # type: ignore[misc]
        assert names(tmp_path) == []


def test_a_part_that_is_whole_already_is_taken(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / ".weights.onnx.part").write_bytes(WEIGHTS)
    assert fetched(tmp_path, Home()).read_bytes() == WEIGHTS


@pytest.mark.parametrize("start", [b"", b"from another file", bytes(len(WEIGHTS) + 9)], ids=["new", "part", "longer"])
def test_a_file_that_is_not_the_one_we_know_is_thrown_away(tmp_path: Path, start: bytes) -> None:
    target = tmp_path / "models" / "weights.onnx"
    target.parent.mkdir()
    target.write_bytes(b"the old one")
    if start:
        (target.parent / ".weights.onnx.part").write_bytes(start)
    home = Home() if start else Home(b"version https://git-lfs.github.com/spec/v1")
    with pytest.raises(FetchFailed, match="not the file we know"):
        fetched(tmp_path, home)
    assert (names(tmp_path), target.read_bytes()) == (["weights.onnx"], b"the old one")
    assert fetched(tmp_path, Home()).read_bytes() == WEIGHTS


@pytest.mark.parametrize("status", [404, 403, 500, 416, 204])
def test_an_answer_that_is_no_file_is_told(tmp_path: Path, status: int) -> None:
    with pytest.raises(FetchFailed, match=f"answered {status}"):
        fetched(tmp_path, lambda _: httpx.Response(status))
    assert names(tmp_path) == []


def test_a_file_without_end_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models_home, "MOST_BYTES", 1 << 20)
    with pytest.raises(FetchFailed, match="more than 1 MB"):
        fetched(tmp_path, Home(bytes((1 << 20) + 1)))
    assert names(tmp_path) == []


@pytest.mark.parametrize("error", [httpx.ConnectError("no route"), httpx.ConnectTimeout("slow")], ids=["no", "slow"])
def test_without_a_network_it_says_so_and_what_to_do(tmp_path: Path, error: httpx.HTTPError) -> None:
    def nowhere(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(FetchFailed, match="is there a network") as failed:
        fetched(tmp_path, nowhere)
    assert ADDRESS in failed.value.detail
    assert str(tmp_path / "models") in failed.value.detail
    assert names(tmp_path) == []
