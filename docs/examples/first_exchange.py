"""A principal's system hands in an analysis: tries it, creates it, tries again as after a break, and submits it.

Knows nothing but the contract. Before it: the code generated from proto/, and a token of a principal in STYRKEDJA_TOKEN
(README.md, "A first exchange in five minutes").
"""

import os
import sys
import uuid
from pathlib import Path

root = Path(__file__).parents[2]
sys.path.insert(0, str(root / "target/python"))

import grpc
from google.protobuf import field_mask_pb2, json_format
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from styrkedja.v1 import (
    access_service_pb2 as access,
    access_service_pb2_grpc,
    document_pb2,
    document_service_pb2 as documents,
    document_service_pb2_grpc,
    document_state_pb2,
    finding_pb2,
)

server = os.environ.get("STYRKEDJA_SERVER", "http://127.0.0.1:50115").removeprefix("http://")
channel = grpc.insecure_channel(server)
bearer = (("authorization", f"Bearer {os.environ['STYRKEDJA_TOKEN']}"),)
accesses = access_service_pb2_grpc.AccessServiceStub(channel)
exchange = document_service_pb2_grpc.DocumentServiceStub(channel)


def new_request():
    """Chosen by the caller, so that trying again after a break can not do a thing twice."""
    return str(uuid.uuid4())


def tell(findings):
    for finding in findings:
        severity = finding_pb2.Severity.Name(finding.severity).removeprefix("SEVERITY_").lower()
        print(f"  {severity:<8} {finding.field}: {finding.message_sv} {finding.remedy_sv}")


def read(name, owner):
    """A sample in the JSON of protobuf, as a document of the owner."""
    document = json_format.Parse((root / "docs/samples" / name).read_text(), document_pb2.Document())
    document.owner_id = owner
    # The sample stands for a document of its own system: give it an identity that is free.
    document.external_id.value += f"-{uuid.uuid4()}"
    return document


def refused(call, reason):
    """Makes a call that the exchange refuses, and tells why."""
    try:
        call()
    except grpc.RpcError as error:
        for detail in rpc_status.from_call(error).details:
            info = error_details_pb2.ErrorInfo()
            if detail.Unpack(info):
                print(f"  refused: {error.code().name}, {info.reason}")
                assert info.reason == reason, info
                return
    raise AssertionError("the call was let through")


me = accesses.WhoAmI(access.WhoAmIRequest(), metadata=bearer)
school = me.grants[0].organization_id
print(f"{me.subject} acts for {school}")

print("An early draft, tried and not saved:")
faulty = documents.CreateDocumentRequest(
    request_id=new_request(), validate_only=True, document=read("analysis-with-faults.json", school)
)
tell(exchange.CreateDocument(faulty, metadata=bearer).findings)

print("The analysis:")
request = documents.CreateDocumentRequest(request_id=new_request(), document=read("analysis.json", school))
created = exchange.CreateDocument(request, metadata=bearer)
tell(created.findings)
again = exchange.CreateDocument(request, metadata=bearer)
assert again.document.id == created.document.id
print(f"  created {created.document.id}, once, though it was sent twice")

draft = created.document
submission = documents.SubmitDocumentRequest(request_id=new_request(), id=draft.id, etag=draft.etag)
submitted = exchange.SubmitDocument(submission, metadata=bearer).document
print(f"  {document_state_pb2.DocumentState.Name(submitted.state)}, revision {submitted.revision}")

print("What is submitted can not be changed:")
change = documents.UpdateDocumentRequest(
    request_id=new_request(),
    document=submitted,
    update_mask=field_mask_pb2.FieldMask(paths=["analysis.title"]),
    etag=submitted.etag,
)
refused(lambda: exchange.UpdateDocument(change, metadata=bearer), "STATE_FORBIDS")
