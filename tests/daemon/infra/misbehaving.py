"""A child that behaves as badly as its first argument says; standard library only, to be quick."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any


def main(mode: str, *rest: str) -> None:
    if mode == "instant-exit":
        sys.exit(int(rest[0]))
    if mode == "exit-once" and not os.path.exists(rest[0]):  # noqa: PTH110 - no pathlib: start-up time
        open(rest[0], "w").close()  # noqa: PTH123 - as above
        sys.exit(1)
    if mode == "ignores-term":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if mode == "spams":
        threading.Thread(target=spam, daemon=True).start()
    if mode == "says":
        sys.stderr.write(rest[0])
        sys.stderr.flush()
    if mode == "grandchild":
        grandchild = subprocess.Popen(["/bin/sleep", "300"])
        os.write(1, b"%d\n" % grandchild.pid)
    serve(mode)


def spam() -> None:
    block = b"spam and more spam\n" * 4096
    while True:
        os.write(2, block)


def serve(mode: str) -> None:
    link = socket.socket(fileno=int(os.environ["NEXTAGENT_FD"]))
    lines = link.makefile("rb")
    for line in lines:
        asked = json.loads(line)
        if asked.get("op") == "ping" and mode == "busy":
            burn(2.5)
        if asked.get("op") == "ping" and mode == "deaf":
            time.sleep(300)
        answer(link, asked, mode)
    if mode == "ignores-eof":
        time.sleep(300)


def burn(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def answer(link: socket.socket, asked: dict[str, Any], mode: str) -> None:
    op, data = asked.get("op"), asked.get("data") or {}
    if op == "crash":
        os.kill(os.getpid(), getattr(signal, data["signal"]))
    if op == "corrupt":
        link.sendall(b"\x00\xff this is not JSON\n")
        return
    if op == "environment":
        data = dict(os.environ)
    if op == "parts":
        for number in range(3):
            send(link, {"re": asked["id"], "part": {"n": number}})
    if op is not None:
        hello = {"mode": mode, "got": data}
        send(link, {"re": asked["id"], "ok": True, "data": hello if op == "hello" else data})


def send(link: socket.socket, frame: dict[str, Any]) -> None:
    link.sendall(json.dumps(frame).encode() + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
