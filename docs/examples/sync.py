"""A copy in SQLite: gone on with after any break, and changes pushed once, however often they are sent (docs/sync.md).

`sync.py FILE pull`, or `retitle ID TITLE`, or `push`. Before it: generated code, and a token in STYRKEDJA_TOKEN (README.md).
"""
import os
import sqlite3
import sys
import time
import uuid
from pathlib import Path
sys.path.insert(0, os.environ.get("GENERATED", str(Path(__file__).parents[2] / "target/python")))

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from styrkedja.v1 import document_pb2, push_item_pb2, push_pb2, sync_service_pb2, sync_service_pb2_grpc

server = os.environ.get("STYRKEDJA_SERVER", "http://127.0.0.1:50115").removeprefix("http://")
bearer = (("authorization", f"Bearer {os.environ['STYRKEDJA_TOKEN']}"),)
exchange = sync_service_pb2_grpc.SyncServiceStub(grpc.insecure_channel(server))
db = sqlite3.connect(sys.argv[1])
db.executescript("""PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS replica (one PRIMARY KEY CHECK (one = 1), cursor TEXT, snapshot INTEGER);
    INSERT OR IGNORE INTO replica VALUES (1, '', 0);
    CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, bytes BLOB, snapshot INTEGER);
    CREATE TABLE IF NOT EXISTS organizations (id TEXT PRIMARY KEY, bytes BLOB, snapshot INTEGER);
    CREATE TABLE IF NOT EXISTS outbox (request_id TEXT PRIMARY KEY, item BLOB, answer TEXT);""")
PASSES = (None, "TRY_AGAIN", "DEADLINE", "QUOTA_USED_UP", "READER_TOO_SLOW", "STREAM_IDLE")


def reason(status):
    """Why the exchange refuses. None: it is not the exchange that does, but the way there."""
    for detail in getattr(status, "details", ()):
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info.reason


def apply(event):
    table = "organizations" if "organization" in event.WhichOneof("what") else "documents"
    match event.WhichOneof("what"):
        case "upsert" | "entered" | "organization" as what:
            one = getattr(event, what)
            db.execute(f"INSERT OR REPLACE INTO {table} SELECT ?, ?, snapshot FROM replica", (one.id, one.SerializeToString()))
        case "tombstone" | "left" | "organization_left" as what:
            db.execute(f"DELETE FROM {table} WHERE id = ?", (getattr(event, what).id,))
        case "snapshot_begin":
            db.execute("UPDATE replica SET snapshot = snapshot + 1")
        case "snapshot_end":  # What did not come with it is gone.
            for table in ("documents", "organizations"):
                db.execute(f"DELETE FROM {table} WHERE snapshot < (SELECT snapshot FROM replica)")


def pull():
    (cursor,) = db.execute("SELECT cursor FROM replica").fetchone()
    events = []
    for message in exchange.Pull(sync_service_pb2.PullRequest(cursor=cursor), metadata=bearer):
        events += message.events
        if message.cursor:
            with db:  # One transaction: the events, and where to go on after them.
                for event in events:
                    apply(event)
                db.execute("UPDATE replica SET cursor = ?", (message.cursor,))
            events = []


def retitle(id, title):
    held = document_pb2.Document.FromString(db.execute("SELECT bytes FROM documents WHERE id = ?", (id,)).fetchone()[0])
    kind = held.WhichOneof("content")
    new = document_pb2.Document(id=id, round=held.round, period=held.period, **{kind: getattr(held, kind)})
    getattr(new, kind).title = title
    item = push_item_pb2.PushItem(request_id=str(uuid.uuid4()), document=new, etag=held.etag)
    with db:  # The request id is kept before anything is sent, and through all tries.
        db.execute("INSERT INTO outbox VALUES (?, ?, NULL)", (item.request_id, item.SerializeToString()))


def push():
    parts = [push_pb2.PushRequest(header=push_pb2.PushHeader())]
    for (item,) in db.execute("SELECT item FROM outbox WHERE answer IS NULL ORDER BY rowid"):
        parts.append(push_pb2.PushRequest(item=push_item_pb2.PushItem.FromString(item)))
    for answer in exchange.Push(iter(parts), metadata=bearer):
        print(answer.request_id, outcome := answer.WhichOneof("outcome"))
        if outcome != "refused" or reason(answer.refused) not in PASSES:  # Otherwise it is sent again.
            with db:
                db.execute("UPDATE outbox SET answer = ? WHERE request_id = ?", (outcome, answer.request_id))
    return db.execute("SELECT * FROM outbox WHERE answer IS NULL").fetchone()


for pause in (0.25, 0.5, 1, 2, 4, 8, 0):
    try:
        if not {"pull": pull, "retitle": retitle, "push": push}[sys.argv[2]](*sys.argv[3:]):
            sys.exit()
    except grpc.RpcError as error:
        if (why := reason(rpc_status.from_call(error))) == "RESYNC_REQUIRED":  # The next snapshot replaces what is held.
            db.execute("UPDATE replica SET cursor = ''").connection.commit()
        elif pause == 0 or why not in PASSES:
            raise
    time.sleep(pause)
sys.exit("It has not come to its end: run it again.")
