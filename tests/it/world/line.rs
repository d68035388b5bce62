//! A line to a server that breaks: each connection is cut after so many bytes one way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use styrkedja::client::{self, Client};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
};

use super::Caller;

/// Which way the bytes are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the server.
    There,
    /// To its client.
    Back,
}

/// A line to a server. To drop it is to take it down.
pub struct Line {
    pub address: String,
    count: Arc<Count>,
    carrying: JoinHandle<()>,
}

#[derive(Default)]
struct Count {
    passed: AtomicUsize,
    cut: AtomicUsize,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

impl Line {
    /// Takes a connection for each of the cuts, and cuts it after so many bytes, more or less at once: what came last is
    /// read by some and lost by others.
    pub async fn to<C>(server: &str, way: Way, cuts: C) -> Self
    where
        C: IntoIterator<Item = usize, IntoIter: Send + 'static>,
    {
        let server = server.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let count = Arc::new(Count::default());
        let (counted, cuts) = (Arc::clone(&count), cuts.into_iter());
        let carrying = tokio::spawn(async move {
            for most in cuts {
                let (near, _) = listener.accept().await.expect("somebody connects");
                let far = TcpStream::connect(&server).await.expect("it answers");
                tokio::spawn(carry(near, far, way, most, Arc::clone(&counted)));
            }
        });
        Self {
            address,
            count,
            carrying,
        }
    }

    /// Bytes that passed the counted way, of all connections.
    pub fn passed(&self) -> usize {
        self.count.passed.load(Ordering::Relaxed)
    }

    /// Connections that were cut.
    pub fn cut(&self) -> usize {
        self.count.cut.load(Ordering::Relaxed)
    }

    /// Somebody who calls over a connection of its own. None: it was cut before it stood.
    pub async fn caller(&self, token: &str) -> Option<Caller> {
        let channel = client::connect(&self.address, None).await.ok()?;
        let client = Client::new(&channel, Some(token)).expect("the token can be sent");
        Some(Caller::new("", None, client))
    }
}

/// Either end ends both: dropped, the sockets are closed.
async fn carry(near: TcpStream, far: TcpStream, way: Way, most: usize, count: Arc<Count>) {
    let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
    let limit = |of| (way == of).then_some(most);
    tokio::select! {
        () = pass(near_read, far_write, limit(Way::There), &count) => {}
        () = pass(far_read, near_write, limit(Way::Back), &count) => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, most: Option<usize>, count: &Count) {
    let mut left = most.unwrap_or(usize::MAX);
    let mut buffer = vec![0; 4096];
    while left > 0 {
        let room = left.min(buffer.len());
        let Ok(read @ 1..) = from.read(&mut buffer[..room]).await else {
            return;
        };
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
        left -= read;
        if most.is_some() {
            count.passed.fetch_add(read, Ordering::Relaxed);
        }
    }
    count.cut.fetch_add(1, Ordering::Relaxed);
    let moment = most.unwrap_or_default() % 4 * 3;
    tokio::time::sleep(Duration::from_millis(moment as u64)).await;
}
