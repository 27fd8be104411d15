"""The API's description to read: complete, and nothing in it comes from elsewhere."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from app.web.pages.reference import _words
from tests.web.test_headers import lost
from tests.web.test_openapi import DESCRIBED, operations


def test_every_operation_and_every_shape_is_told(client: TestClient) -> None:
    page = client.get("/docs").text
    for method, path, operation in operations():
        _, _, told = page.partition(f'<article class="card" id="{operation["operationId"]}"')
        told = told.partition("</article>")[0]
        assert f"<code>{path}</code>" in told
        assert f">{method.upper()}</span>" in told
        assert all(
            f"<code>{scope}</code>" in told for way in operation.get("security", []) for scope in way.get("key", [])
        )
        assert all(f"<strong>{status}</strong>" in told for status in operation["responses"])
        assert all(f"<code>{kind}</code>" in told for kind in operation.get("requestBody", {}).get("content", {}))
    assert all(f'id="shape-{name}"' in page for name in DESCRIBED["components"]["schemas"])
    assert all(f'id="problem-{name}"' in page for name in DESCRIBED["components"]["responses"])


def test_every_link_leads_somewhere_in_the_page_or_the_service(client: TestClient) -> None:
    page = client.get("/docs").text
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    links = set(re.findall(r'(?:href|src)="([^"]+)"', page))
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert {link for link in links if not link.startswith(("#", "/static/"))} == {"/", "/openapi.json"}


def test_it_needs_no_policy_of_its_own_and_no_script(client: TestClient) -> None:
    answer = client.get("/docs")
    assert lost(answer.headers) == []
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script src="/static/shell.js" defer>']
    assert client.get("/docs/oauth2-redirect").status_code == 404


def test_words_of_the_description_are_shown_and_never_run() -> None:
    assert _words("Needs `<key>` & **not** <b>this</b>") == (
        "Needs <code>&lt;key&gt;</code> &amp; <strong>not</strong> &lt;b&gt;this&lt;/b&gt;"
    )
