"""The whole box in one file: database, media, documents and the vault's key, under a passphrase.

The database is copied while it is in use (SQLite's online backup) and the copy is checked. A
restore unpacks everything, checks it, and only then moves it into place.
What can be made again (vectors, model files) is not in it.
"""

import contextlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import zstandard

from config.paths import Paths
from daemon.kernel.errors import BadInputError, ConflictError, NextAgentError

from .database import connect
from .lock import NAME as LOCK_NAME
from .sealed_stream import BackupDamagedError, Costs, SealedReader, SealedWriter
from .vault import key_lines

MANIFEST = "manifest.json"
FORMAT = 1
MIN_PASSPHRASE = 10
COMPRESSION = 3
ASIDE = "before-restore-"


class DatabaseBrokenError(NextAgentError):
    """SQLite says that the file is not sound."""

    code = "database_broken"
    template = "The database {path} is damaged: {problem}. Restore a backup."
    template_pt = "O banco de dados {path} está danificado: {problem}. Restaure um backup."


class StateInUseError(ConflictError):
    """There is data already where the backup should go."""

    code = "state_in_use"
    template = "{path} already holds a box. Use --replace to put it aside, or another directory."
    template_pt = "{path} já contém dados. Use --replace para guardá-los à parte, ou outra pasta."


@dataclass(frozen=True)
class Summary:
    """What a backup holds."""

    created_at: str
    tenant_id: str
    version: str
    files: int
    size: int


def create(
    paths: Paths,
    destination: Path,
    passphrase: str,
    *,
    at: datetime,
    tenant_id: str,
    version: str,
    credentials: str | None = None,
    costs: Costs | None = None,
) -> Summary:
    """Write a backup of a box, running or not, and read it back. The file is whole or not there."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise BadInputError(
            field="passphrase",
            problem=f"needs at least {MIN_PASSPHRASE} characters",
            problem_pt=f"precisa de pelo menos {MIN_PASSPHRASE} caracteres",
        )
    manifest = {
        "format": FORMAT,
        "created_at": at.isoformat(),
        "tenant_id": tenant_id,
        "version": version,
    }
    partial = destination.with_name(destination.name + ".partial")
    with tempfile.TemporaryDirectory(dir=paths.state, prefix=".backup-") as scratch:
        copy = Path(scratch) / paths.database.name
        copy_database(paths.database, copy)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                writer = SealedWriter(file, passphrase, costs)
                try:
                    _pack(writer, manifest, paths, copy, key_lines(paths.key, credentials))
                except BaseException:
                    writer.abandon()
                    raise
                writer.close()
                file.flush()
                os.fsync(file.fileno())
            summary = verify(partial, passphrase)
            partial.replace(destination)
        finally:
            partial.unlink(missing_ok=True)
    return summary


def verify(source: Path, passphrase: str) -> Summary:
    """Read a backup to its end. Raises BackupDamagedError or PassphraseWrongError."""
    with tempfile.TemporaryFile() as nowhere:
        return _unpack(source, passphrase, lambda _: contextlib.nullcontext(nowhere))


def restore(source: Path, passphrase: str, paths: Paths, *, replace: bool = False) -> Summary:
    """Fill an empty state directory from a backup; with `replace`, put aside what is there.

    Everything is unpacked and checked first. The database moves last: as long as it is not there,
    the box is not restored, and the command can be given again.
    """
    if paths.database.exists() and not replace:
        raise StateInUseError(path=paths.state)
    was_there = paths.state.exists()
    paths.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Inside the state directory: the same disk, and no rights needed beside it.
    scratch = Path(tempfile.mkdtemp(dir=paths.state, prefix=".restore-"))
    try:
        summary = _unpack(source, passphrase, lambda name: _new_file(scratch, name))
        check_database(scratch / paths.database.name)
        _put_aside(paths, scratch)
        for entry in sorted(scratch.iterdir(), key=lambda path: path.name == paths.database.name):
            entry.rename(paths.state / entry.name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        if not was_there:
            with contextlib.suppress(OSError):  # something was restored
                paths.state.rmdir()
    paths.create()
    give_to_owner_of(paths.state, paths.state)
    return summary


def copy_database(source: Path, copy: Path) -> None:
    """Copy a database in use, in one consistent piece, and check the copy."""
    if not source.exists():
        raise DatabaseBrokenError(path=source, problem="no such file")
    original = connect(source, read_only=True)
    try:
        target = sqlite3.connect(copy)
        try:
            original.backup(target)  # all pages in one step: a writer cannot make it start over
            target.execute("PRAGMA journal_mode = DELETE")
        finally:
            target.close()
    finally:
        original.close()
    check_database(copy)


def check_database(path: Path) -> None:
    """Ask SQLite whether a file is sound. Raises DatabaseBrokenError."""
    problem = "no such file"
    if path.exists():
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            problem = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        except sqlite3.DatabaseError as error:
            problem = str(error)
        finally:
            connection.close()
    if problem != "ok":
        raise DatabaseBrokenError(path=path, problem=problem)


def give_to_owner_of(state: Path, folder: Path) -> None:
    """Let root leave nothing of its own behind: the service has another user."""
    owner = state.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            if path.lstat().st_uid == 0:
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _pack(
    writer: SealedWriter, manifest: dict[str, Any], paths: Paths, copy: Path, key: bytes
) -> None:
    compressor = zstandard.ZstdCompressor(level=COMPRESSION)
    with (
        compressor.stream_writer(cast("BinaryIO", writer), closefd=False) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        _add(tar, MANIFEST, json.dumps(manifest).encode())
        _add(tar, paths.key.name, key)
        tar.add(copy, arcname=paths.database.name)
        for folder in (paths.media, paths.documents):
            for file in sorted(folder.rglob("*")):
                # A file that retention deletes under our hands is gone from the rows as well.
                with contextlib.suppress(FileNotFoundError):
                    if file.is_file() and not file.is_symlink():
                        tar.add(file, arcname=file.relative_to(paths.state).as_posix())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


def _unpack(source: Path, passphrase: str, place: Any) -> Summary:
    """Read every file of a backup into what `place(name)` opens."""
    manifest: dict[str, Any] = {}
    files = size = 0
    with source.open("rb") as file:
        reader = SealedReader.open(file, passphrase, str(source))
        raw = cast("BinaryIO", reader)
        unpacked = zstandard.ZstdDecompressor().stream_reader(raw, closefd=False)
        try:
            with tarfile.open(fileobj=unpacked, mode="r|") as tar:
                for member, content in _members(tar, source):
                    if member.name == MANIFEST:
                        manifest = json.load(content)
                        continue
                    with place(member.name) as target:
                        shutil.copyfileobj(content, target, 1024 * 1024)
                    files, size = files + 1, size + member.size
        except (tarfile.TarError, zstandard.ZstdError, EOFError, ValueError):
            raise BackupDamagedError(path=source) from None
        reader.finish()
    if manifest.get("format") != FORMAT:
        raise BackupDamagedError(path=source)
    return Summary(manifest["created_at"], manifest["tenant_id"], manifest["version"], files, size)


def _members(tar: tarfile.TarFile, source: Path) -> Iterator[tuple[tarfile.TarInfo, Any]]:
    for member in tar:
        path = PurePosixPath(member.name)
        content = tar.extractfile(member) if member.isreg() else None
        if content is None or path.is_absolute() or ".." in path.parts:
            raise BackupDamagedError(path=source)
        yield member, content


def _new_file(folder: Path, name: str) -> Any:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _put_aside(paths: Paths, scratch: Path) -> None:
    """Keep what was there, but for what any box of the kind has: models, and our own lock.

    The register of erasures stays in force: no backup may bring back who was erased.
    """
    stays = {scratch, paths.models, paths.erasures, paths.state / LOCK_NAME}
    entries = []
    for entry in paths.state.iterdir():
        if entry in stays or entry.name.startswith(ASIDE):
            continue
        try:
            entry.rmdir()  # an empty folder is not worth keeping
        except OSError:
            entries.append(entry)
    if not entries:
        return
    number = 1
    while (aside := paths.state / f"{ASIDE}{number}").exists():
        number += 1
    aside.mkdir(mode=0o700)
    for entry in entries:
        entry.rename(aside / entry.name)
