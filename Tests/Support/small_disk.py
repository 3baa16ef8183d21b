"""A file system of a few MiB that one program sees, as every program may that is given no more."""

import os
import subprocess
from pathlib import Path

import pytest


class SmallDisk:
    """A file system in memory, mounted on a folder in a mount namespace of its own."""

    def __init__(self, folder: Path, mebibytes: int):
        folder.mkdir()
        self.folder = folder
        script = f'mount -t tmpfs -o size={mebibytes}m none "$1" && echo mounted && exec sleep 86400'
        # Without being root a user namespace is needed as well.
        self._user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self._holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", "unshare", "--mount", *self._user,
             "sh", "-c", script, "sh", str(folder)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = self._holder.stdout.readline()
        if said != "mounted\n":
            self.close()
            pytest.skip(f"this machine mounts no small file system: {said.strip()}")

    @property
    def enter(self) -> list[str]:
        """What a command begins with that is to see it."""
        user = ["--user", "--preserve-credentials"] if self._user else []
        return ["nsenter", "--target", str(self._holder.pid), *user, "--mount", "--"]

    @property
    def seen_from_here(self) -> Path:
        """The folder with what is on it."""
        return Path(f"/proc/{self._holder.pid}/root{self.folder}")

    def fill(self):
        """Leaves no space."""
        with (self.seen_from_here / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                pass

    def clear(self):
        """Gives the space back."""
        (self.seen_from_here / "ballast").unlink()

    def close(self):
        self._holder.kill()
        self._holder.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
