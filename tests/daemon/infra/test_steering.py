"""The settings in force: what may change from afar does at once, and nothing else does."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from config import logging as logs
from config.settings import Settings
from daemon.infra import desired
from daemon.infra.desired import BadDocumentError
from daemon.infra.steering import Steering, view
from sync.protocol.contents import MODELS, REMOTE

OWN = Settings()
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)


def test_every_setting_that_may_change_exists_and_none_is_a_secret_a_path_or_an_address() -> None:
    for branch, fields in REMOTE.items():
        part = getattr(OWN, branch)
        for name in fields:
            kind = type(part).model_fields[name].annotation
            assert kind in (int, float, bool) or name == "level"


def test_views_read_what_is_in_force_at_each_look(tmp_path: Path) -> None:
    steering = Steering(OWN, tmp_path)
    live, count = steering.live(), view(lambda: [len(steering.models)])
    limits = live.limits
    steering.take({"config": {"limits": {"documents": 3}}, "brand": {"name": "Bela"}})

    assert (limits.documents, limits.faqs) == (3, OWN.limits.faqs)
    assert (live.brand.name, live.brand.accent) == ("Bela", OWN.brand.accent)
    assert count.count(0) == 1
    steering.take({})
    assert (limits.documents, live.brand.name) == (OWN.limits.documents, OWN.brand.name)


def test_a_plan_lowers_a_remote_limit_and_never_raises_it(tmp_path: Path) -> None:
    steering = Steering(OWN, tmp_path)
    config = {"limits": {"agents": 10}}
    steering.take({"config": config, "entitlements": {"limits": {"agents": 4, "sessions": 900}}})

    assert steering.settings.limits.agents == 4
    assert steering.settings.whatsapp.max_sessions == OWN.whatsapp.max_sessions


def test_what_another_version_judged_and_this_one_cannot_read_is_left_out(tmp_path: Path) -> None:
    steering = Steering(OWN, tmp_path)
    steering.take({"config": {"limits": {"unicorns": 1}}, "brand": {"name": "Bela"}})

    assert steering.settings.limits == OWN.limits
    assert steering.brand.name == "Bela"


@pytest.mark.parametrize(
    ("kind", "body", "named"),
    [
        ("config", {"sync": {"url": "https://evil.example"}}, "sync"),
        ("config", {"models": {"language": {"api_key": "x"}}}, "models"),
        ("config", {"retention": {"security_days": 1}}, "retention.security_days"),
        ("config", {"limits": {"agents": "5"}}, "limits.agents"),
        ("config", {"limits": {"agents": 10**9}}, "limits.agents"),
        ("config", ["limits"], "config"),
        ("brand", {"accent": "red"}, "brand.accent"),
        ("brand", {"logo": "../../etc/passwd"}, "brand.logo"),
        ("brand", {"script": "alert(1)"}, "brand.script"),
        ("entitlements", {"valid_until": "tomorrow"}, "entitlements.valid_until"),
        ("entitlements", {"valid_until": "2026-01-01T00:00:00"}, "entitlements.valid_until"),
        ("entitlements", {"limits": {"agents": -1}}, "entitlements.limits.agents"),
        ("models", {"models": [{"id": "../x", "name": "x", "sha256": "0", "size_mb": 1}]}, "id"),
        ("channel", {"version": "latest; rm -rf /"}, "channel.version"),
    ],
)
def test_a_bad_document_is_refused_by_name(kind: str, body: Any, named: str) -> None:
    with pytest.raises(BadDocumentError, match=named):
        desired.read(kind, body, OWN)


@given(st.sampled_from(("config", *MODELS)), JSON)
def test_no_body_does_more_than_be_refused(kind: str, body: Any) -> None:
    with contextlib.suppress(BadDocumentError):
        assert desired.read(kind, body, OWN) is not None


def test_the_level_of_the_log_changes_for_loggers_that_are_bound_already(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = structlog.get_config()
    try:
        logs.configure("info", "json")
        log = structlog.get_logger("test").bind()
        steering = Steering(OWN, tmp_path)
        log.debug("quiet")
        steering.take({"config": {"log": {"level": "debug"}}})
        log.debug("loud")
        steering.take({})
        log.debug("quiet_again")
        said = capsys.readouterr().err
        assert "loud" in said
        assert "quiet" not in said
    finally:
        structlog.configure(**before)
        logs.set_level("info")
