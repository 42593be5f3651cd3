"""An issuer of tokens for tests: keys made by openssl, discovery and key set over HTTP."""
import base64
import hashlib
import http.server
import json
import subprocess
import threading
import time


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True,
                          check=True).stdout


class Key:
    """An RSA key of 2,048 bits, in a file below `directory`."""

    def __init__(self, directory, kid):
        self.kid = kid
        self.file = directory / f"{kid}.pem"
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
                "-out", str(self.file))
        modulus = openssl("rsa", "-in", str(self.file), "-noout", "-modulus").decode().strip()
        self.jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "e": "AQAB",
                    "n": base64url(bytes.fromhex(modulus.split("=")[1]))}

    def sign(self, header, claims):
        text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        signature = openssl("dgst", "-sha256", "-sign", str(self.file), data=text.encode())
        return f"{text}.{base64url(signature)}"


class FakeIssuer:
    """Answers discovery and keys; `keys` may be changed while it runs."""

    def __init__(self, directory):
        self.directory = directory
        self.key = Key(directory, "first")
        self.keys = [self.key]
        self.fetched = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802, the library's name
                if self.path == "/.well-known/openid-configuration":
                    document = {"issuer": outer.url, "jwks_uri": f"{outer.url}/keys",
                                "authorization_endpoint": f"{outer.url}/authorize",
                                "token_endpoint": f"{outer.url}/token"}
                else:
                    outer.fetched += 1
                    document = {"keys": [key.jwk for key in outer.keys]}
                body = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def token(self, name, key=None, lasts_s=600, **claims):
        """A token whose subject is a number made of the name, unless `sub` is given."""
        now = int(time.time())
        subject = hashlib.sha256(name.encode()).hexdigest()[:12]
        key = key or self.key
        return key.sign({"alg": "RS256", "typ": "JWT", "kid": key.kid},
                        {"iss": self.url, "aud": "charter", "sub": subject, "iat": now,
                         "exp": now + lasts_s, "preferred_username": name, **claims})
