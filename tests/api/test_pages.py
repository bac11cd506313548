"""The page of topics and messages shows the whole document and loads nothing from elsewhere."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from hub.api.pages import add_event_pages, shown
from hub.tools.asyncapi import asyncapi_document


@pytest.fixture(scope="module")
def client() -> TestClient:
    parent = FastAPI(docs_url=None)
    add_event_pages(parent)
    return TestClient(parent)


def test_every_topic_and_message_is_on_the_page(client: TestClient) -> None:
    page = client.get("/docs/events").text

    document = asyncapi_document()
    sections = set(re.findall(r'<section id="([^"]+)"', page))
    named = set(document["components"]["messages"]) - {"hub.inbox.v1"}
    assert sections == {channel["address"] for channel in document["channels"].values()} | named


def test_every_link_inside_the_page_leads_somewhere(client: TestClient) -> None:
    page = client.get("/docs/events").text

    sections = set(re.findall(r'<section id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= sections


def test_nothing_is_loaded_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs/events").text

    assert re.findall(r"<script|style=|(?:src|href)=[\"'](?:https?:)?//", page) == []
    assert client.get("/docs/events.css").headers["content-type"].startswith("text/css")
    assert client.get("/docs/asyncapi.json").json() == asyncapi_document()


def test_a_field_says_type_and_whether_it_must_be_there() -> None:
    (petition,) = (m for m in shown()["messages"] if m["name"] == "linkage.petition.received.v1")
    fields = {field.path: field for field in petition["fields"]}

    assert fields["data.place"].required
    assert not fields["data.summary"].required
    assert fields["data.nature"].kind.startswith("complaint | help")
    assert fields["time"].kind == "date-time"
    assert petition["examples"]
