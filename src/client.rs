//! A caller's side of the wire: one connection, one token, every service. Knows nothing of what is said over it.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, bail};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};

use crate::proto::v1::{
    access_service_client::AccessServiceClient, conflict_service_client::ConflictServiceClient,
    course_offer_service_client::CourseOfferServiceClient,
    document_service_client::DocumentServiceClient,
    organization_service_client::OrganizationServiceClient, sync_service_client::SyncServiceClient,
};

/// A connection that sends a token with each call.
pub type Wire = InterceptedService<Channel, Bearer>;

/// The services as one caller sees them.
#[derive(Clone, Debug)]
pub struct Client {
    pub organizations: OrganizationServiceClient<Wire>,
    pub access: AccessServiceClient<Wire>,
    pub documents: DocumentServiceClient<Wire>,
    pub conflicts: ConflictServiceClient<Wire>,
    pub offers: CourseOfferServiceClient<Wire>,
    pub sync: SyncServiceClient<Wire>,
}

impl Client {
    /// Calls over a connection with a token, or as nobody without one.
    pub fn new(channel: &Channel, token: Option<&str>) -> anyhow::Result<Self> {
        let bearer = Bearer::new(token)?;
        let wire = || InterceptedService::new(channel.clone(), bearer.clone());
        Ok(Self {
            organizations: OrganizationServiceClient::new(wire()),
            access: AccessServiceClient::new(wire()),
            documents: DocumentServiceClient::new(wire()),
            conflicts: ConflictServiceClient::new(wire()),
            offers: CourseOfferServiceClient::new(wire()),
            sync: SyncServiceClient::new(wire()),
        })
    }
}

/// Connects to a server, `http://…` or `https://…`. `authority` is a PEM file to trust besides what the machine trusts.
pub async fn connect(server: &str, authority: Option<&Path>) -> anyhow::Result<Channel> {
    let mut endpoint = Endpoint::from_shared(server.to_owned())
        .with_context(|| format!("{server} is not the address of a server"))?
        .connect_timeout(Duration::from_secs(5));
    if server.starts_with("https://") {
        let mut tls = ClientTlsConfig::new().with_native_roots();
        if let Some(path) = authority {
            let pem = fs::read(path).with_context(|| path.display().to_string())?;
            tls = tls.ca_certificate(Certificate::from_pem(pem));
        }
        endpoint = endpoint.tls_config(tls)?;
    } else if authority.is_some() {
        bail!("{server} is not encrypted: a certificate authority has no use there");
    }
    endpoint
        .connect()
        .await
        .with_context(|| format!("no server answers at {server}"))
}

/// Puts a token on each call.
#[derive(Clone, Debug)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Bearer {
    fn new(token: Option<&str>) -> anyhow::Result<Self> {
        let Some(token) = token else {
            return Ok(Self(None));
        };
        let mut value: MetadataValue<Ascii> = format!("Bearer {}", token.trim())
            .parse()
            .context("the token holds characters that no token has")?;
        value.set_sensitive(true);
        Ok(Self(Some(value)))
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request
                .metadata_mut()
                .insert("authorization", value.clone());
        }
        Ok(request)
    }
}
