"""Zips that the browser makes of very many dropped files."""

import json
import shutil
import subprocess
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from musicgen.corpus.source_files import PACK_PREFIX, SourceFile, list_uploads
from tests.helpers.locations import ROOT

NODE = shutil.which("node")
ZIP_MODULE = ROOT / "musicgen" / "ui" / "components" / "uploads_assets" / "zip.js"
MEMBERS = {"a.mid": b"MThd", "Ländler/é 2.mid": bytes(range(256)) * 300, "empty.mid": b""}

pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node")


def run_in_node(text: str) -> bytes:
    script = f"import * as zip from '{ZIP_MODULE.as_uri()}';\n{text}"
    command = [str(NODE), "--input-type=module", "-"]
    return subprocess.run(
        command, input=script.encode(), capture_output=True, check=True, timeout=60
    ).stdout


def zipped() -> bytes:
    members = [[name, list(data)] for name, data in MEMBERS.items()]
    return run_in_node(
        f"const blob = zip.zipOf({json.dumps(members)}.map(([n, b]) => [n, Uint8Array.from(b)]));"
        "process.stdout.write(Buffer.from(await blob.arrayBuffer()));"
    )


def test_python_reads_the_zip(tmp_path: Path) -> None:
    path = tmp_path / "dropped.zip"
    path.write_bytes(zipped())
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == MEMBERS


def test_its_files_are_named_as_if_they_had_come_alone() -> None:
    with ExitStack() as stack:
        listing = list_uploads([(f"{PACK_PREFIX}1.zip", zipped()), ("own.zip", zipped())], stack)
        named = {file.name: file.read() for file in listing if isinstance(file, SourceFile)}
    assert named == MEMBERS | {f"own.zip/{name}": data for name, data in MEMBERS.items()}


def test_a_zip_has_at_most_ten_thousand_files_and_16_mib() -> None:
    sizes = [2**23, 2**23, 1, 2**25, *[0] * 10_001]
    script = f"const files = {sizes}.map((size) => ({{ size }}));"
    counts = "zip.groups(files).map((group) => group.length)"
    output = run_in_node(f"{script}process.stdout.write(JSON.stringify({counts}));")
    assert json.loads(output) == [2, 1, 1, 10_000, 1]
