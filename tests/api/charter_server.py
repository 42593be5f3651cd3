"""A Charter server in a process of its own, for tests and measurements."""
import os
import pathlib
import re
import signal
import subprocess
import threading

START_DEADLINE_S = 60  # generous: sanitizers and busy machines are slow

# One address and few principals ask for everything in tests; those of the limits set their own.
NO_LIMITS = {"CHARTER_RATE_LIMIT_PER_ADDRESS": "0", "CHARTER_RATE_LIMIT_PER_PRINCIPAL": "0",
             "CHARTER_FAILED_SIGN_INS_PER_MINUTE": "0"}


def binary():
    """The program under test: $CHARTER_BINARY, else the release build."""
    root = pathlib.Path(__file__).resolve().parents[2]
    return os.environ.get("CHARTER_BINARY", str(root / "build/release/charter"))


class Server:
    """`charter serve` on a free port of 127.0.0.1 with its data in `data`."""

    def __init__(self, data, *arguments, program=None, environment=None):
        self.data = pathlib.Path(data)
        self.arguments = arguments
        self.program = program or binary()
        self.environment = environment or {}
        self.process = None
        self.lines = []
        self.grown = threading.Condition()

    def start(self):
        """Starts it and returns when it listens."""
        # The configuration may also come from CHARTER_*; tests set it by flags only.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CHARTER_")}
        environment.update(NO_LIMITS)
        environment.update(self.environment)
        self.lines = []
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen", "127.0.0.1:0", "--data", str(self.data),
             *self.arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environment, text=True, errors="replace")
        listening = threading.Event()
        self.port = None
        # Reads to the end: a full pipe would stop the server.
        self.reader = threading.Thread(
            target=self._read, args=(self.process.stdout, listening), daemon=True)
        self.reader.start()
        if not listening.wait(START_DEADLINE_S) or self.port is None:
            self.process.kill()
            self.process.wait()
            raise RuntimeError("the server did not start:\n" + "".join(self.lines[-50:]))
        return self

    def _read(self, stream, listening):
        for line in stream:
            with self.grown:
                self.lines.append(line)
                self.grown.notify_all()
            match = re.search(r"listening on (https?)://127\.0\.0\.1:(\d+)", line)
            if match and self.port is None:
                self.scheme, self.port = match.group(1), int(match.group(2))
                listening.set()
        listening.set()  # it ended

    @property
    def log(self):
        return "".join(self.lines)

    def await_line(self, *parts):
        """The last line of the log that has all of `parts`, once there is one: the server
        gathers lines and writes them within a second, so after its answer."""
        def found():
            return next((line for line in reversed(self.lines)
                         if all(part in line for part in parts)), None)
        with self.grown:
            line = self.grown.wait_for(found, START_DEADLINE_S)
        assert line, f"no line of the log has {parts}"
        return line

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def storage(self):
        return self.data / "storage"

    @property
    def admin_token(self):
        return (self.data / "admin.token").read_text().strip()

    def stop(self):
        """Asks it to stop; returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(START_DEADLINE_S)
        self.reader.join(START_DEADLINE_S)
        return status

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()
        self.reader.join(START_DEADLINE_S)
