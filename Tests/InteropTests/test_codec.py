"""Random messages of Python's protobuf through our codec and back: what comes back means the same."""

import os

import pytest

from Support.interop.targets import MILLRACE, TestServer
from Support.random_messages import randomized
from Support.samples import every_field
from Support.seeds import seeded

MESSAGES = int(os.environ.get("MILLRACE_CODEC_SAMPLE", 2_000))
TYPES = list(every_field.DESCRIPTOR.message_types_by_name)
CALL_SECONDS = 20


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    with TestServer(MILLRACE, tmp_path_factory.mktemp("server")) as server, server.peer() as peer:
        yield peer


@pytest.mark.parametrize("name", TYPES)
def test_what_python_writes_comes_back_as_it_was_meant(peer, name):
    kind = getattr(every_field, name)
    echo = peer.channel.unary_unary(
        f"/millrace.sample.v1.Echo/{name}", kind.SerializeToString, kind.FromString)
    chance = seeded(f"messages of {name}")
    sizes = set()
    for number in range(MESSAGES // len(TYPES)):
        message = randomized(kind(), chance)
        assert echo(message, timeout=CALL_SECONDS) == message, f"message {number}"
        sizes.add(message.ByteSize())
    assert len(sizes) > 10 or name == "Empty", "messages of all sizes, or the test tests little"
