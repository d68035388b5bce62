//! Streams that are cut anywhere: nothing is torn, and a retry brings everything in exactly once.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::StreamExt;

use styrkedja::{
    client::{self, Client},
    proto::v1::{ListDocumentsRequest, PushHeader, PushItem},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::{EACH, TOGETHER, commit, header, known_as, new, push, sent, words};
use crate::world::{Caller, World};

stories!(a_stream_that_is_cut_anywhere_tears_nothing);

/// Documents in a stream.
const ITEMS: usize = 12;
/// Cuts in each direction.
const CUTS: usize = 48;

/// Between one message and the next.
pub const PACE: Duration = Duration::from_millis(6);

/// Which way the bytes are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    There,
    Back,
}

/// Passes bytes on to a server, and cuts the connection after so many of them one way.
pub struct Proxy {
    address: SocketAddr,
    pub passed: Arc<AtomicUsize>,
}

impl Proxy {
    pub async fn before(server: &str, way: Way, most: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("it listens");
        let address = listener.local_addr().expect("it has an address");
        let passed = Arc::new(AtomicUsize::new(0));
        let (server, counted) = (
            server.trim_start_matches("http://").to_owned(),
            Arc::clone(&passed),
        );
        tokio::spawn(async move {
            let (near, _) = listener.accept().await.expect("somebody connects");
            let far = TcpStream::connect(server)
                .await
                .expect("the server is there");
            let ((near_read, near_write), (far_read, far_write)) =
                (near.into_split(), far.into_split());
            let limit = |of| if way == of { most } else { usize::MAX };
            // Either end ends both: dropped, the sockets are closed.
            tokio::select! {
                () = pass(near_read, far_write, limit(Way::There), way == Way::There, &counted) => {}
                () = pass(far_read, near_write, limit(Way::Back), way == Way::Back, &counted) => {}
            }
        });
        Self { address, passed }
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut left: usize,
    counts: bool,
    passed: &AtomicUsize,
) {
    let mut buffer = vec![0; 4096];
    while left > 0 {
        let most = left.min(buffer.len());
        match from.read(&mut buffer[..most]).await {
            Ok(read) if read > 0 => {
                if to.write_all(&buffer[..read]).await.is_err() {
                    return;
                }
                left -= read;
                if counts {
                    passed.fetch_add(read, Ordering::Relaxed);
                }
            }
            _ => return,
        }
    }
}

/// Somebody who calls by way of the proxy. None: it was cut at once.
pub async fn through(proxy: &Proxy, token: &str) -> Option<Caller> {
    let channel = client::connect(&format!("http://{}", proxy.address), None)
        .await
        .ok()?;
    let client = Client::new(&channel, Some(token)).expect("the token can be sent");
    Some(Caller::new("", None, client))
}

/// Pushes by way of the proxy. Tells how many bytes passed.
async fn push_through(proxy: &Proxy, token: &str, meant: PushHeader, items: &[PushItem]) -> usize {
    if let Some(caller) = through(proxy, token).await {
        let mut parts = vec![header(meant)];
        parts.extend(items.iter().map(sent));
        parts.push(commit());
        // One after another, so that some are written when the cut comes.
        let paced = tokio_stream::iter(parts).then(async |part| {
            tokio::time::sleep(PACE).await;
            part
        });
        if let Ok(answers) = caller.sync().push(Box::pin(paced)).await {
            let mut answers = answers.into_inner();
            // Cut or not, what came of it is looked at afterwards.
            while let Ok(Some(_)) = answers.message().await {}
        }
    }
    proxy.passed.load(Ordering::Relaxed)
}

fn items(world: &World, name: &str) -> Vec<PushItem> {
    let owner = world.id_of("Karbyskolan");
    (0..ITEMS)
        .map(|number| new(&known_as(&format!("{name}-{number}"), &owner)))
        .collect()
}

/// How many documents are there of the name, each of which must be at its first revision.
async fn there(system: &Caller, name: &str) -> usize {
    let all = system.all(ListDocumentsRequest::default()).await;
    let named = all.iter().filter(|one| {
        let id = one.external_id.as_ref().expect("it has a name");
        id.value
            .rsplit_once('-')
            .is_some_and(|(prefix, _)| prefix == name)
    });
    named.inspect(|one| assert_eq!(one.revision, 1)).count()
}

async fn a_stream_that_is_cut_anywhere_tears_nothing(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let (server, token) = (world.address(), world.token_of(&system.subject));
    for (way, meant) in [
        (Way::There, EACH),
        (Way::There, TOGETHER),
        (Way::Back, EACH),
        (Way::Back, TOGETHER),
    ] {
        let kind = format!("{way:?}-{}", meant.together);
        let uncut = Proxy::before(&server, way, usize::MAX).await;
        let whole = push_through(
            &uncut,
            &token,
            meant,
            &items(&world, &format!("{kind}.whole")),
        )
        .await;
        assert_eq!(there(&system, &format!("{kind}.whole")).await, ITEMS);
        let mut partly = 0;
        for cut in 0..CUTS / 2 {
            // From the first byte to the last but one, and never the same place in a frame.
            let most = 1 + cut * whole / (CUTS / 2) + cut % 7;
            let name = format!("{kind}.{cut}");
            let items = items(&world, &name);
            let proxy = Proxy::before(&server, way, most).await;
            push_through(&proxy, &token, meant, &items).await;
            let came = there(&system, &name).await;
            if meant.together {
                assert!(came == 0 || came == ITEMS, "{name}: {came} of a batch");
            }
            partly += usize::from(came > 0 && came < ITEMS);
            let answers = push(&system, meant, &items).await.expect("answered");
            assert_eq!(
                words(&answers),
                ["created"; ITEMS],
                "{name}, cut after {most}"
            );
            assert_eq!(there(&system, &name).await, ITEMS, "{name}");
        }
        // Otherwise nothing was cut in the middle.
        assert!(meant.together || partly > 0, "{kind}");
    }
}
