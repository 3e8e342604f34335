"""A clasp of a test's own, which can be started again, and the tap before it."""

import os
import subprocess
import tempfile
import threading
from pathlib import Path

LOGS = Path(os.environ["CLASP_TEST_LOGS"])


def _start(name, command, **options):
    """Starts a program; its address, once it has told that it listens."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, **options,
    )
    log = open(LOGS / f"{name}.log", "a", encoding="utf-8")
    told = []
    for line in process.stdout:
        log.write(line)
        told.append(line)
        if "listening on http://" in line:
            break
    else:
        raise RuntimeError(f"{name} did not start: {''.join(told)[-700:]}")

    def follow():
        with log:
            for line in process.stdout:
                log.write(line)
                log.flush()

    threading.Thread(target=follow, daemon=True).start()
    address = line.split("listening on http://")[1].split()[0]
    return process, "".join(letter for letter in address if letter in "0123456789.:")


class Clasp:
    """The proxy, with the settings of `environment` and nothing else."""

    def __init__(self, environment):
        self.environment = environment
        self.port = "0"
        self._run()
        self.port = self.address.rsplit(":", 1)[1]
        binary = os.environ["CLASP_TEST_TAP"]
        self.tap, tap = _start("tap-continuity", [binary, self.address])
        self.url = f"http://{tap}"

    def _run(self):
        # A home of its own each time: nothing of a conversation can be found there.
        self.home = tempfile.TemporaryDirectory(prefix="clasp-home-")
        own = {
            "PATH": os.environ["PATH"], "HOME": self.home.name, "CLASP_PORT": self.port,
            "CLASP_LOG_LEVEL": "debug", "CLASP_COMPILED_DIR": os.environ["CLASP_TEST_COMPILED"],
        }
        command = [os.environ["CLASP_TEST_BIN"]]
        self.process, self.address = _start(
            "clasp-continuity", command, env=own | self.environment, cwd=self.home.name
        )

    def restart(self):
        """Ends it, and starts another one at the same address."""
        self.process.terminate()
        self.process.wait(timeout=60)
        self.home.cleanup()
        self._run()

    def stop(self):
        """Ends it and the tap."""
        for process in (self.process, self.tap):
            process.terminate()
            process.wait(timeout=60)
        self.home.cleanup()
