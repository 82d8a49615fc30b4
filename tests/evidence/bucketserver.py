"""An S3-compatible storage on this machine: as much of the protocol as keeping evidence needs, conditions included."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

DATE = "Thu, 26 Nov 2026 08:00:00 GMT"


class Bucket:
    """What is kept, and the uploads under way."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.is_away = False
        self.lock = Lock()
        self.port = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _handler(bucket: Bucket) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - one class of small methods
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def _asked(self) -> tuple[str, dict[str, list[str]]]:
            parts = urlsplit(self.path)
            return unquote(parts.path).removeprefix("/evidence").lstrip("/"), parse_qs(
                parts.query, keep_blank_values=True
            )

        def _body(self) -> bytes:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if "aws-chunked" in self.headers.get("Content-Encoding", ""):
                raise AssertionError("chunked signatures are not expected")
            return raw

        def _say(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def _refused(self) -> bool:
            if not self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=key-id/"):
                self._say(403)
                return True
            if bucket.is_away:
                self._body()
                self._say(503)
                return True
            return False

        def do_GET(self) -> None:
            if self._refused():
                return
            name, query = self._asked()
            if "list-type" in query:
                prefix = query.get("prefix", [""])[0]
                found = "".join(
                    f"<Contents><Key>{escape(key)}</Key><LastModified>2026-11-26T08:00:00.000Z</LastModified>"
                    f'<ETag>"e"</ETag><Size>{len(content)}</Size></Contents>'
                    for key, content in sorted(bucket.objects.items())
                    if key.startswith(prefix)
                )
                xml = f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"
                self._say(200, xml.encode())
            elif name in bucket.objects:
                self._say(200, bucket.objects[name], Last_Modified=DATE, ETag='"e"')
            else:
                self._say(404)

        do_HEAD = do_GET  # noqa: N815 - the name that the library calls

        def do_DELETE(self) -> None:
            if not self._refused():
                name, query = self._asked()
                if "uploadId" in query:
                    bucket.uploads.pop(query["uploadId"][0], None)
                else:
                    bucket.objects.pop(name, None)
                self._say(204)

        def do_PUT(self) -> None:
            if self._refused():
                return
            name, query = self._asked()
            content = self._body()
            if source := self.headers.get("x-amz-copy-source"):
                content = bucket.objects[unquote(source).removeprefix("/").removeprefix("evidence/")]
            if "partNumber" in query:
                bucket.uploads[query["uploadId"][0]][int(query["partNumber"][0])] = content
            else:
                bucket.objects[name] = content
            copied = b'<CopyPartResult><ETag>"e"</ETag></CopyPartResult>' if source else b""
            self._say(200, copied, ETag='"e"')

        def do_POST(self) -> None:
            if self._refused():
                return
            name, query = self._asked()
            body = self._body()
            if "delete" in query:
                keys = re.findall(rb"<Key>([^<]*)</Key>", body)
                for key in keys:
                    bucket.objects.pop(key.decode(), None)
                gone = b"".join(b"<Deleted><Key>" + key + b"</Key></Deleted>" for key in keys)
                self._say(200, b"<DeleteResult>" + gone + b"</DeleteResult>")
            elif "uploads" in query:
                upload = f"upload-{len(bucket.uploads)}"
                bucket.uploads[upload] = {}
                xml = f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
                self._say(200, xml.encode())
            else:
                self._complete(name, query["uploadId"][0])

        def _complete(self, name: str, upload: str) -> None:
            with bucket.lock:
                if self.headers.get("If-None-Match") == "*" and name in bucket.objects:
                    self._say(412)
                    return
                parts = bucket.uploads.pop(upload)
                bucket.objects[name] = b"".join(parts[number] for number in sorted(parts))
            xml = '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>'
            self._say(200, xml.encode(), ETag='"e"')

    return Handler


@contextmanager
def serving() -> Iterator[Bucket]:
    """Serve a bucket named ``evidence``."""
    bucket = Bucket()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(bucket))
    bucket.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
