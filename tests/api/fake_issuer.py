"""An issuer of tokens for tests: keys made by openssl, discovery and key set over HTTP."""
import base64
import hashlib
import http.server
import json
import os
import subprocess
import threading
import time
import urllib.parse


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
        self.codes = {}      # code -> (what the browser was sent with, the claims of its token)
        self.exchanges = []  # (headers, fields) of calls of the token endpoint
        self.answers = []    # (status, headers, body) it gives next, instead of tokens
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802, the library's name
                if self.path == "/.well-known/openid-configuration":
                    document = {"issuer": outer.url, "jwks_uri": f"{outer.url}/keys",
                                "authorization_endpoint": f"{outer.url}/authorize",
                                "token_endpoint": f"{outer.url}/token",
                                "end_session_endpoint": f"{outer.url}/bye"}
                else:
                    outer.fetched += 1
                    document = {"keys": [key.jwk for key in outer.keys]}
                self.answer(200, {}, json.dumps(document).encode())

            def do_POST(self):  # noqa: N802
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                fields = dict(urllib.parse.parse_qsl(text, strict_parsing=True))
                outer.exchanges.append((self.headers, fields))
                self.answer(*(outer.answers.pop(0) if outer.answers else outer.redeem(fields)))

            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
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

    def approve(self, location, name, **claims):
        """What the browser comes back with from `location`, once `name` signed in there."""
        sent = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query,
                                           strict_parsing=True))
        code = base64url(os.urandom(16))
        self.codes[code] = (sent, {"name": name, "aud": sent["client_id"],
                                   "nonce": sent["nonce"], **claims})
        return {"code": code, "state": sent["state"], "iss": self.url}

    def redeem(self, fields):
        """The answer of the token endpoint: a code counts once, for whom it was made."""
        sent, claims = self.codes.pop(fields.get("code"), ({}, {}))
        challenge = base64url(hashlib.sha256(fields["code_verifier"].encode()).digest())
        if (sent.get("code_challenge") != challenge or
                sent.get("redirect_uri") != fields.get("redirect_uri")):
            return 400, {}, json.dumps({"error": "invalid_grant"}).encode()
        return 200, {}, json.dumps({"id_token": self.token(**claims), "access_token": "x",
                                    "token_type": "Bearer"}).encode()
