"""Certificates for the tests of TLS, made by the openssl program."""
import itertools
import pathlib
import ssl
import subprocess

CURVE = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
RSA = ["rsa:2048"]
SERVER = "subjectAltName=IP:127.0.0.1"
CLIENT = "extendedKeyUsage=clientAuth"

serials = itertools.count(1000)


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Pair:
    """A certificate and its key, in files."""

    def __init__(self, certificate, key, serial=None):
        self.certificate = pathlib.Path(certificate)
        self.key = pathlib.Path(key)
        self.serial = serial

    def flags(self):
        """What tells a server to show it."""
        return ["--tls-certificate", str(self.certificate), "--tls-key", str(self.key)]

    def copy_to(self, other):
        """Puts it where another is, each file at once: the certificate, then the key."""
        for source, place in ((self.certificate, other.certificate), (self.key, other.key)):
            temporary = place.with_suffix(".new")
            temporary.write_bytes(source.read_bytes())
            temporary.rename(place)


class Authority(Pair):
    """A folder with an authority that signs what it is asked to."""

    def __init__(self, folder, name="authority"):
        super().__init__(folder / f"{name}.pem", folder / f"{name}.key")
        self.folder = folder
        openssl("req", "-x509", "-newkey", *CURVE, "-nodes", "-keyout", self.key, "-out",
                self.certificate, "-subj", f"/CN={name}", "-days", 30)

    def issue(self, name, extensions, days=30, key=CURVE):
        serial = next(serials)
        made = Pair(self.folder / f"{name}-{serial}.pem", self.folder / f"{name}-{serial}.key",
                    serial)
        request = self.folder / "request.pem"
        extension_file = self.folder / "extensions"
        extension_file.write_text(extensions + "\n")
        openssl("req", "-new", "-newkey", *key, "-nodes", "-keyout", made.key, "-out", request,
                "-subj", f"/O=Example/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                "-set_serial", serial, "-days", days, "-extfile", extension_file, "-out",
                made.certificate)
        return made

    def context(self, own=None):
        """The settings of a client that trusts this authority and shows its own certificate."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        if own is not None:
            context.load_cert_chain(own.certificate, own.key)
        return context
