"""A client that knows nothing but the contract: generated from proto/, against a running server.

Called with the server's address, a token of an operator, and the folder of the generated code.
"""

import sys
import uuid

address, token, generated = sys.argv[1:]
sys.path.insert(0, generated)

import grpc
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from styrkedja.v1 import (
    access_pb2,
    access_service_pb2 as access,
    access_service_pb2_grpc,
    act_pb2,
    document_service_pb2 as documents,
    document_service_pb2_grpc,
    error_reason_pb2,
    organization_service_pb2 as organizations,
    organization_service_pb2_grpc,
    role_pb2,
)

channel = grpc.insecure_channel(address)
bearer = (("authorization", f"Bearer {token}"),)
accesses = access_service_pb2_grpc.AccessServiceStub(channel)
organizing = organization_service_pb2_grpc.OrganizationServiceStub(channel)
documenting = document_service_pb2_grpc.DocumentServiceStub(channel)


def refusal(call):
    """The status of a call that must be refused, and its reason."""
    try:
        call()
    except grpc.RpcError as error:
        reasons = []
        for detail in rpc_status.from_call(error).details:
            info = error_details_pb2.ErrorInfo()
            if detail.Unpack(info):
                assert info.domain == "styrkedja", info
                reasons.append(info.reason)
        assert len(reasons) == 1, reasons
        assert f"ERROR_REASON_{reasons[0]}" in error_reason_pb2.ErrorReason.keys()
        return error.code(), reasons[0]
    raise AssertionError("the call was let through")


# Health is open to all.
health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
assert health.status == health_pb2.HealthCheckResponse.SERVING, health

# A token says who calls, and only that.
me = accesses.WhoAmI(access.WhoAmIRequest(), metadata=bearer)
assert me.subject == "exchange:operator", me
assert [grant.role for grant in me.grants] == [role_pb2.ROLE_OPERATOR], me
assert refusal(lambda: accesses.WhoAmI(access.WhoAmIRequest())) == (
    grpc.StatusCode.UNAUTHENTICATED,
    "TOKEN_NOT_ACCEPTED",
)

# A client stream: two organizations, one of them with a number that can not be.
municipality = organizations.OrganizationRecord(
    key="1",
    type="ORGANIZATION_TYPE_ORGANIZER",
    display_name="Vallentuna kommun",
    organization_number="2120000027",
    municipality_code="0115",
    organizer_type="ORGANIZER_TYPE_MUNICIPAL",
)
mistyped = organizations.OrganizationRecord()
mistyped.CopyFrom(municipality)
mistyped.key, mistyped.organization_number = "2", "2120000028"
header = organizations.ImportHeader(request_id=str(uuid.uuid4()), source="tests/clients")
messages = [organizations.ImportOrganizationsRequest(header=header)] + [
    organizations.ImportOrganizationsRequest(record=record) for record in (municipality, mistyped)
]
imported = organizing.ImportOrganizations(iter(messages), metadata=bearer)
assert (imported.created, imported.refused) == (1, 1), imported
assert imported.findings[0].key == "2" and imported.findings[0].remedy_sv, imported

# Fields are checked by the contract, all at once, with their names in it.
faulty = organizations.ListOrganizationsRequest(parent_id="x", municipality_code="115", page_size=5000)
try:
    organizing.ListOrganizations(faulty, metadata=bearer)
    raise AssertionError("a faulty request was let through")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
    fields = set()
    for detail in rpc_status.from_call(error).details:
        request = error_details_pb2.BadRequest()
        if detail.Unpack(request):
            fields = {violation.field for violation in request.field_violations}
    assert fields == {"parent_id", "municipality_code", "page_size"}, fields

# An operator runs the exchange and reads no content.
assert refusal(lambda: documenting.ListDocuments(documents.ListDocumentsRequest(), metadata=bearer)) == (
    grpc.StatusCode.PERMISSION_DENIED,
    "ROLE_MAY_NOT",
)

# The access rules can be read from the generated code.
method = documents.DESCRIPTOR.services_by_name["DocumentService"].methods_by_name["ReviewDocument"]
assert method.GetOptions().Extensions[access_pb2.access].act == act_pb2.ACT_REVIEW_DOCUMENTS

print("client.py: health, tokens, an import, field rules, refusals and access rules are as the contract says")
