"""Storage servers in processes of their own, on free ports of the loopback."""
import http.client
import os
import pathlib
import secrets
import socket
import ssl
import subprocess
import time

import boto3
import botocore.config

ROOT = pathlib.Path(__file__).resolve().parents[3]
START_DEADLINE_S = 60  # generous: machines are busy
REGION = "eu-central-1"


def program(name):
    """A program that ./dev test peers built, or one of $CHARTER_PEERS_BIN."""
    return str(pathlib.Path(os.environ.get("CHARTER_PEERS_BIN", ROOT / "build/peers/bin")) / name)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Service:
    """A program that answers on 127.0.0.1:`port`; ended by its own process id."""

    scheme = "http"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = None
        self.ca_file = None

    def command(self):
        """Arguments and environment for this port."""
        raise NotImplementedError

    def start(self):
        for _ in range(5):  # another process may take the port in between
            self.port = free_port()
            arguments, environment = self.command()
            with open(self.folder / "log", "ab") as log:
                self.process = subprocess.Popen(
                    arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                    env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "no_proxy": "*",
                         **environment})
            if self.await_answer():
                return self
        raise RuntimeError(f"{arguments[0]} did not start:\n" + self.log()[-4000:])

    def await_answer(self):
        deadline = time.monotonic() + START_DEADLINE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.ready():
                    return True
            except OSError:
                pass
            time.sleep(0.05)
        self.stop()
        return False

    def ready(self):
        raise NotImplementedError

    def ask(self, path):
        """The status of a GET without any signature."""
        if self.scheme == "https":
            connection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=10, context=ssl._create_unverified_context())
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except http.client.HTTPException as error:
            raise OSError("no answer yet") from error
        finally:
            connection.close()

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def endpoint(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def boto(self, access_key, secret_key, token=None, service="s3"):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=REGION, verify=self.ca_file,
            aws_access_key_id=access_key, aws_secret_access_key=secret_key,
            aws_session_token=token,
            config=botocore.config.Config(s3={"addressing_style": "path"}, proxies={},
                                          retries={"max_attempts": 1},
                                          connect_timeout=10, read_timeout=60))


class Minio(Service):
    """MinIO with one bucket and, beside the root, a user with the rights of docs/storage.md."""

    def __init__(self, folder, certificates=None):
        super().__init__(folder)
        self.certificates = certificates
        self.scheme = "https" if certificates else "http"
        self.ca_file = str(certificates / "ca.pem") if certificates else None
        self.root = ("root-" + secrets.token_hex(8), secrets.token_hex(20))

    def command(self):
        arguments = [program("minio"), "server", "--quiet", "--address", f"127.0.0.1:{self.port}"]
        if self.certificates:
            arguments += ["--certs-dir", str(self.certificates)]
        return arguments + [str(self.folder / "data")], {
            "MINIO_ROOT_USER": self.root[0], "MINIO_ROOT_PASSWORD": self.root[1],
            "MINIO_BROWSER": "off", "MINIO_UPDATE": "off", "MINIO_CI_CD": "1"}

    def ready(self):
        return self.ask("/minio/health/ready") == 200

    def as_root(self):
        return self.boto(*self.root)

    def mc(self, *arguments):
        """MinIO's own client, as root; the alias is `lake`."""
        access, secret = self.root
        done = subprocess.run(
            [program("mc"), "--config-dir", str(self.folder / "mc"), "--quiet", *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "no_proxy": "*",
                 "MC_HOST_lake": f"{self.scheme}://{access}:{secret}@127.0.0.1:{self.port}",
                 **({"SSL_CERT_FILE": self.ca_file} if self.ca_file else {})},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"mc {arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def add_user(self, name, policy):
        """A user with one policy (JSON text): its keys."""
        file = self.folder / f"{name}.json"
        file.write_text(policy)
        secret = secrets.token_hex(20)
        self.mc("admin", "policy", "create", "lake", name, str(file))
        self.mc("admin", "user", "add", "lake", name, secret)
        self.mc("admin", "policy", "attach", "lake", name, "--user", name)
        return name, secret


class Versity(Service):
    """Versity's S3 gateway over a folder: another implementation of the protocol."""

    def __init__(self, folder):
        super().__init__(folder)
        self.root = ("root-" + secrets.token_hex(8), secrets.token_hex(20))

    def command(self):
        for name in ("data", "attributes"):
            (self.folder / name).mkdir(exist_ok=True)
        return [program("versitygw"), "--quiet", "--region", REGION,
                "--port", f"127.0.0.1:{self.port}", "posix",
                "--sidecar", str(self.folder / "attributes"), str(self.folder / "data")], {
                    "ROOT_ACCESS_KEY": self.root[0], "ROOT_SECRET_KEY": self.root[1]}

    def ready(self):
        return self.ask("/") > 0

    def as_root(self):
        return self.boto(*self.root)
