//! Somebody who calls, with a token and the clients of every service.

use styrkedja::{
    client::{Client, Wire},
    proto::v1::{
        Grant, access_service_client::AccessServiceClient,
        conflict_service_client::ConflictServiceClient,
        course_offer_service_client::CourseOfferServiceClient,
        document_service_client::DocumentServiceClient,
        organization_service_client::OrganizationServiceClient,
        sync_service_client::SyncServiceClient,
    },
};

/// Somebody who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// As grants name the caller.
    pub subject: String,
    /// The grant that the world gave. None: it gave none.
    pub grant: Option<Grant>,
    client: Box<Client>,
}

impl Caller {
    pub fn new(subject: &str, grant: Option<Grant>, client: Client) -> Self {
        Self {
            subject: subject.to_owned(),
            grant,
            client: Box::new(client),
        }
    }

    pub fn organizations(&self) -> OrganizationServiceClient<Wire> {
        self.client.organizations.clone()
    }

    pub fn access(&self) -> AccessServiceClient<Wire> {
        self.client.access.clone()
    }

    pub fn documents(&self) -> DocumentServiceClient<Wire> {
        self.client.documents.clone()
    }

    pub fn conflicts(&self) -> ConflictServiceClient<Wire> {
        self.client.conflicts.clone()
    }

    pub fn offers(&self) -> CourseOfferServiceClient<Wire> {
        self.client.offers.clone()
    }

    pub fn sync(&self) -> SyncServiceClient<Wire> {
        self.client.sync.clone()
    }
}
