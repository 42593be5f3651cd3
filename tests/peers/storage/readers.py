"""What reads and writes through a lease: curl, plain HTTP, boto3."""
import base64
import hashlib
import http.client
import ssl
import subprocess
import time
import urllib.parse
import xml.etree.ElementTree

import botocore.exceptions
import pytest

EVENT_DEADLINE_S = 60


class Answer:
    def __init__(self, status, body):
        self.status, self.body = status, body

    @property
    def code(self):
        """S3's code of an error."""
        try:
            return xml.etree.ElementTree.fromstring(self.body).findtext("Code")
        except xml.etree.ElementTree.ParseError:
            return None

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


def send(method, url, body=None, headers=None, ca_file=None):
    """One request with the URL exactly as it is."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=60,
            context=ssl.create_default_context(cafile=ca_file))
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    try:
        connection.request(method, parts.path + "?" + parts.query, body=body,
                           headers=headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read())
    finally:
        connection.close()


def curl(url):
    """The bytes that curl gets."""
    done = subprocess.run(["curl", "--silent", "--show-error", "--fail", "--noproxy", "*", url],
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def changed(url, path=None, **query):
    """The URL with another path or other values in its query (None takes one out)."""
    parts = urllib.parse.urlsplit(url)
    values = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    for name, value in query.items():
        name = name.replace("_", "-")
        values.pop(name, None)
        if value is not None:
            values[name] = value
    return urllib.parse.urlunsplit(
        (parts.scheme, parts.netloc, parts.path if path is None else path,
         urllib.parse.urlencode(values, quote_via=urllib.parse.quote), ""))


def until(condition):
    """Waits for an event that must come; fails when it does not."""
    deadline = time.monotonic() + EVENT_DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


def checksum(content):
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def named(path, content):
    """An entry of `objects` in a resolve for writing."""
    return {"path": path, "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest()}


def with_credentials(service, credentials):
    """boto3 for S3 with the credentials of a lease."""
    return service.boto(credentials["access_key_id"], credentials["secret_access_key"],
                        credentials["session_token"])


def denied(call, **arguments):
    """The storage itself says no to this call."""
    with pytest.raises(botocore.exceptions.ClientError) as refusal:
        call(**arguments)
    answer = refusal.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403, answer
    if answer["Error"]["Code"] != "403":  # HEAD has no body to say more
        assert answer["Error"]["Code"] == "AccessDenied", answer
    return True


def keys_below(client, bucket, prefix, **arguments):
    """All keys of a listing."""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, **arguments)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]
