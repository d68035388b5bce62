//! Every service on one page, and the life of a server: start, serve, drain, stop.

use std::{collections::BTreeSet, net::SocketAddr, path::Path, time::Duration};

use http::{HeaderName, HeaderValue, Method};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::{
    service::{Routes, RoutesBuilder},
    transport::{
        Identity, ServerTlsConfig,
        server::{Server, TcpIncoming},
    },
};
use tonic_health::{ServingStatus, server::HealthReporter};
use tonic_web::GrpcWebLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{
    access::{self, gate::GateLayer},
    config::{Config, Tls},
    contract, documents,
    error::normalise::NormaliseLayer,
    exchange::{Exchange, StartError},
    feed, offers, organizations,
    proto::{
        self,
        answering::{
            document_service_server::DocumentServiceServer, sync_service_server::SyncServiceServer,
        },
        v1::{
            access_service_server::AccessServiceServer,
            conflict_service_server::ConflictServiceServer,
            course_offer_service_server::CourseOfferServiceServer,
            organization_service_server::OrganizationServiceServer,
        },
    },
};

/// How long a stopping server waits for calls that are under way.
const DRAIN: Duration = Duration::from_secs(25);
/// How long browsers remember what they were told of other origins. None remembers longer.
const PREFLIGHT: Duration = Duration::from_hours(2);
/// The largest answer, in bytes. Requests have their limits in the contract.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// A server that is serving.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it: no new calls, those under way are finished, what is queued is written.
    pub async fn stop(self) {
        self.stop.cancel();
        self.ended().await;
    }

    /// Waits until it has ended.
    pub async fn ended(self) {
        if let Err(cause) = self.serving.await {
            tracing::error!(%cause, "The serving task ended by a fault.");
        }
    }
}

/// Starts a server: checks the contract, opens the database, and listens.
pub async fn start(config: &Config) -> Result<Running, StartError> {
    contract::load()?;
    let server = transport(config.tls.as_ref())?;
    let exchange = Exchange::open(config).await?;
    let listen = |cause| StartError::Listen {
        address: config.listen,
        cause,
    };
    let incoming = TcpIncoming::bind(config.listen)
        .map_err(listen)?
        .with_nodelay(Some(true))
        .with_keepalive(Some(Duration::from_mins(1)));
    let address = incoming.local_addr().map_err(listen)?;
    let (health, routes) = services(&exchange, config.reflection).await;
    let stop = exchange.stopping.clone();
    tokio::spawn(offers::places::keep_sweeping(exchange.clone()));
    let serving = tokio::spawn(serve(
        server,
        cross_origin(&config.web_origins),
        routes,
        incoming,
        exchange,
        health,
        stop.clone(),
    ));
    tracing::info!(%address, "Serving.");
    Ok(Running {
        address,
        stop,
        serving,
    })
}

/// The whole surface of the exchange.
async fn services(exchange: &Exchange, reflection: bool) -> (HealthReporter, Routes) {
    let (health, health_service) = tonic_health::server::health_reporter();
    let mut routes = RoutesBuilder::default();
    // What the transport takes in at all. Each method has its own limit, which its codec holds it to.
    let most = contract::get().largest_request() as usize;
    routes.add_service(health_service);
    routes.add_service(
        AccessServiceServer::new(access::Rpc::new(exchange))
            .max_decoding_message_size(most)
            .max_encoding_message_size(MAX_ANSWER),
    );
    routes.add_service(
        OrganizationServiceServer::new(organizations::Rpc::new(exchange))
            .max_decoding_message_size(most)
            .max_encoding_message_size(MAX_ANSWER),
    );
    routes.add_service(
        DocumentServiceServer::new(documents::Rpc::new(exchange))
            .max_decoding_message_size(most)
            .max_encoding_message_size(MAX_ANSWER),
    );
    routes.add_service(
        ConflictServiceServer::new(documents::ConflictRpc::new(exchange))
            .max_decoding_message_size(most)
            .max_encoding_message_size(MAX_ANSWER),
    );
    routes.add_service(
        CourseOfferServiceServer::new(offers::Rpc::new(exchange))
            .max_decoding_message_size(most)
            .max_encoding_message_size(MAX_ANSWER),
    );
    routes.add_service(
        SyncServiceServer::new(feed::Rpc::new(exchange))
            .max_decoding_message_size(most)
            .max_encoding_message_size(MAX_ANSWER),
    );
    if reflection {
        if let Ok(service) = described().build_v1() {
            routes.add_service(service);
        }
        if let Ok(service) = described().build_v1alpha() {
            routes.add_service(service);
        }
    }
    set_health(&health, ServingStatus::Serving).await;
    (health, routes.routes())
}

/// The health of the whole and of each service, by name.
async fn set_health(health: &HealthReporter, status: ServingStatus) {
    let services: BTreeSet<_> = contract::get()
        .methods()
        .map(|method| method.service.as_str())
        .collect();
    for service in services.into_iter().chain([""]) {
        health.set_service_status(service, status).await;
    }
}

/// What reflection tells of: the contract, health, and the details of errors, so that tools can show them.
fn described() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
}

/// What browsers ask before they let a web page of another origin call, and what such a page may read of an answer.
/// Preflights carry no token and are answered here.
fn cross_origin(origins: &[HeaderValue]) -> CorsLayer {
    let sent = [
        "authorization",
        "content-type",
        "grpc-timeout",
        "x-grpc-web",
        "x-user-agent",
    ];
    let read = ["grpc-status", "grpc-message", "grpc-status-details-bin"];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.to_vec()))
        .allow_methods([Method::POST])
        .allow_headers(sent.map(HeaderName::from_static))
        .expose_headers(read.map(HeaderName::from_static))
        .max_age(PREFLIGHT)
}

/// HTTP/2 with every bound set. tonic leaves the local reset streams and the concurrent streams without any.
fn transport(tls: Option<&Tls>) -> Result<Server, StartError> {
    let server = Server::builder()
        .accept_http1(true)
        .max_concurrent_streams(100)
        .http2_max_local_error_reset_streams(Some(128))
        .http2_max_pending_accept_reset_streams(Some(20))
        .http2_max_header_list_size(16 * 1024)
        .http2_keepalive_interval(Some(Duration::from_secs(20)))
        .http2_keepalive_timeout(Some(Duration::from_secs(20)))
        .initial_stream_window_size(256 * 1024)
        .initial_connection_window_size(1024 * 1024);
    match tls {
        None => Ok(server),
        Some(tls) => Ok(server.tls_config(identity(tls)?)?),
    }
}

fn identity(tls: &Tls) -> Result<ServerTlsConfig, StartError> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|cause| StartError::Tls {
            path: path.to_owned(),
            cause,
        })
    };
    let identity = Identity::from_pem(read(&tls.certificate)?, read(&tls.key)?);
    Ok(ServerTlsConfig::new().identity(identity))
}

/// Serves until told to stop, then drains, and never waits longer than [`DRAIN`] for clients.
async fn serve(
    server: Server,
    cross_origin: CorsLayer,
    routes: Routes,
    incoming: TcpIncoming,
    exchange: Exchange,
    health: HealthReporter,
    stop: CancellationToken,
) {
    let told = stop.clone();
    let serving = server
        .layer(cross_origin)
        .layer(GrpcWebLayer::new())
        .layer(NormaliseLayer::new(stop.clone()))
        .layer(GateLayer::new(exchange.access.clone()))
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, async move { told.cancelled().await });
    let overdue = async {
        stop.cancelled().await;
        set_health(&health, ServingStatus::NotServing).await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        ended = serving => if let Err(cause) = ended {
            tracing::error!(%cause, "The transport ended by a fault.");
        },
        () = overdue => tracing::warn!("Calls still under way were cut at the end of the draining time."),
    }
    exchange.close().await;
    tracing::info!("Stopped.");
}
