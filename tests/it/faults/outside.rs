//! A server of a world as a process of its own, in surroundings that a thread can not have for itself.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use styrkedja::client::{self, Client};
use tonic::transport::Channel;

use crate::world::{AUDIENCE, ISSUER, World, signal};

/// A running server. To drop it is to kill it.
pub struct Outside {
    child: Child,
    pub channel: Channel,
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Outside {
    /// Starts one on the database of the world, at an address, or where there is room.
    pub async fn start(
        world: &World,
        address: Option<String>,
        surrounded: impl FnOnce(&mut Command),
    ) -> Self {
        let address = address.unwrap_or_else(|| {
            let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
            format!("http://{}", free.expect("a port is free"))
        });
        // A file that may not grow is an error to it, and not its end.
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
            .args([env!("CARGO_BIN_EXE_styrkedja"), "serve", "--home"])
            .arg(world.place().folder())
            .args(["--database", world.place().url()])
            .args(["--listen", address.trim_start_matches("http://")])
            .args(["--set", &format!("tokens.audience={AUDIENCE}")])
            .args(["--set", &format!("tokens.issuer={ISSUER}")])
            .args(["--set", "log.filter=off"])
            .stdout(Stdio::null());
        surrounded(&mut command);
        let child = command.spawn().expect("it starts");
        let began = Instant::now();
        let channel = loop {
            match client::connect(&address, None).await {
                Ok(channel) => break channel,
                Err(error) => assert!(began.elapsed() < Duration::from_secs(30), "{error:#}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        Self { child, channel }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Somebody who calls with a token.
    pub fn client(&self, token: &str) -> Client {
        Client::new(&self.channel, Some(token)).expect("the token can be sent")
    }

    /// Tells it to stop, and waits until it has.
    pub fn stop(mut self) {
        signal(&self.child, "TERM");
        assert!(self.child.wait().expect("it ends").success());
    }
}
