"""Leases for reading by temporary credentials; MinIO says what they open."""
import pyarrow.fs
import pyarrow.parquet
import pytest

from readers import denied, keys_below, until, with_credentials
from test_read_urls import OBJECTS, TABLE

BUCKET, OTHER_BUCKET = "retail", "retail2"


@pytest.fixture(scope="module")
def port(storage):
    made = storage.port(objects=OBJECTS)
    above = made.prefix.removesuffix("customers/")
    storage.put("", {f"{above}customers2/part-0.parquet": b"beside",
                     f"{above}customers.txt": b"beside", f"{above}secret.txt": b"above"})
    return made


@pytest.fixture(scope="module")
def lease(port):
    return port.lease(port.reader(), delivery="credentials")


@pytest.fixture(scope="module")
def client(lease, minio):
    return with_credentials(minio, lease["credentials"])


def test_the_lease_has_credentials_and_no_urls(lease):
    assert not lease["urls"] and lease["next"] is None
    assert lease["credentials"]["session_token"]


def test_boto3_lists_and_reads_everything_below_the_prefix(port, client):
    keys = keys_below(client, BUCKET, port.prefix)

    assert sorted(keys) == sorted(port.prefix + name for name in OBJECTS)
    for name, content in OBJECTS.items():
        assert client.get_object(Bucket=BUCKET, Key=port.prefix + name)["Body"].read() == content
    assert keys_below(client, BUCKET, f"{port.prefix}2026/") == [
        f"{port.prefix}2026/01/part-1.parquet"]
    found = client.list_objects_v2(Bucket=BUCKET, Prefix=port.prefix, Delimiter="/")
    assert [each["Prefix"] for each in found["CommonPrefixes"]] == [f"{port.prefix}2026/"]


def test_pyarrow_reads_the_folder_as_one_table(port, lease, minio):
    credentials = lease["credentials"]
    files = pyarrow.fs.S3FileSystem(
        access_key=credentials["access_key_id"], secret_key=credentials["secret_access_key"],
        session_token=credentials["session_token"], region="eu-central-1",
        endpoint_override=f"127.0.0.1:{minio.port}", scheme="http")

    with files.open_input_file(f"{BUCKET}/{port.prefix}part-0.parquet") as file:
        assert pyarrow.parquet.read_table(file) == TABLE
    found = files.get_file_info(pyarrow.fs.FileSelector(f"{BUCKET}/{port.prefix}", recursive=True))
    assert sum(1 for each in found if each.is_file) == len(OBJECTS)


def test_every_listing_outside_is_denied(port, client):
    above = port.prefix.removesuffix("customers/")
    for prefix in (port.prefix.rstrip("/"), f"{above}customers2/", f"{above}customers2", above,
                   above.rstrip("/"), "", "top"):
        denied(client.list_objects_v2, Bucket=BUCKET, Prefix=prefix)
        denied(client.list_objects, Bucket=BUCKET, Prefix=prefix)
        denied(client.list_objects_v2, Bucket=BUCKET, Prefix=prefix, Delimiter="/", MaxKeys=1)
    denied(client.list_objects_v2, Bucket=BUCKET)
    denied(client.list_objects_v2, Bucket=OTHER_BUCKET, Prefix=port.prefix)
    denied(client.list_object_versions, Bucket=BUCKET, Prefix=above)
    denied(client.list_multipart_uploads, Bucket=BUCKET, Prefix=above)


def test_a_listing_that_starts_elsewhere_stays_inside(port, client):
    for after in ("", "a", f"{port.prefix}zzz", "zzz"):
        assert all(key.startswith(port.prefix)
                   for key in keys_below(client, BUCKET, port.prefix, StartAfter=after))


def test_every_read_outside_is_denied(port, client):
    above = port.prefix.removesuffix("customers/")
    for key in (f"{above}customers2/part-0.parquet", f"{above}customers.txt",
                f"{above}secret.txt", "top-secret.txt", f"{above}customers",
                port.prefix.upper() + "all.csv"):
        denied(client.get_object, Bucket=BUCKET, Key=key)
        denied(client.head_object, Bucket=BUCKET, Key=key)
    denied(client.get_object, Bucket=OTHER_BUCKET, Key="top-secret.txt")


def test_nothing_can_be_changed(port, client, minio):
    key = port.prefix + "all.csv"
    denied(client.put_object, Bucket=BUCKET, Key=port.prefix + "new", Body=b"x")
    denied(client.put_object, Bucket=BUCKET, Key=key, Body=b"x")
    denied(client.delete_object, Bucket=BUCKET, Key=key)
    denied(client.copy_object, Bucket=BUCKET, Key=port.prefix + "copy",
           CopySource={"Bucket": BUCKET, "Key": key})
    denied(client.create_multipart_upload, Bucket=BUCKET, Key=port.prefix + "parts")
    denied(client.put_bucket_policy, Bucket=BUCKET, Policy="{}")
    denied(client.get_bucket_policy, Bucket=BUCKET)
    denied(client.create_bucket, Bucket="another-bucket")

    body = minio.as_root().get_object(Bucket=BUCKET, Key=key)["Body"].read()
    assert body == OBJECTS["all.csv"]


def test_no_bucket_is_listed(client):
    denied(client.list_buckets)


def test_they_pass_nothing_on(lease, minio):
    credentials = lease["credentials"]
    sts = minio.boto(credentials["access_key_id"], credentials["secret_access_key"],
                     credentials["session_token"], service="sts")

    denied(sts.assume_role, RoleArn="arn:aws:iam::000000000000:role/any", RoleSessionName="more")


def test_they_close_when_the_lease_ends_though_minio_would_keep_them(port, minio):
    lease = port.lease(port.reader(), delivery="credentials", duration_s=3)
    client = with_credentials(minio, lease["credentials"])
    key = port.prefix + "all.csv"

    def refused():
        try:
            client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        except client.exceptions.ClientError as error:
            return error.response["Error"]["Code"]
        return None

    until(refused)

    # AccessDenied, not ExpiredToken: the policy is what closed.
    assert refused() == "AccessDenied"
    denied(client.list_objects_v2, Bucket=BUCKET, Prefix=port.prefix)


def test_two_leases_open_their_own_prefix_only(storage, minio):
    ports = [storage.port(objects={"a": b"a"}), storage.port(objects={"b": b"b"})]
    clients = [with_credentials(minio, each.lease(each.reader(), delivery="credentials")
                                ["credentials"]) for each in ports]

    for mine, other in (ports, ports[::-1]):
        client = clients[ports.index(mine)]
        assert len(keys_below(client, BUCKET, mine.prefix)) == 1
        denied(client.list_objects_v2, Bucket=BUCKET, Prefix=other.prefix)
