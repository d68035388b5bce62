//! Keys of an issuer that rotates, fails and comes back, over a real loopback server.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

use super::*;
use crate::access::own_key;

const NOW: i64 = 1_800_000_000;

fn key() -> OwnKey {
    let folder = tempfile::tempdir().unwrap();
    own_key::create(&folder.path().join("key.pem")).unwrap()
}

fn token(key: &OwnKey, iss: &str) -> String {
    key.mint(iss, "aud", "rektor", Duration::from_mins(15), NOW)
        .unwrap()
}

/// A key server whose answer can be changed, and which counts its calls.
struct KeyServer {
    url: String,
    answer: Arc<std::sync::Mutex<String>>,
    calls: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl KeyServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let answer = Arc::new(std::sync::Mutex::new(String::new()));
        let calls = Arc::new(AtomicUsize::new(0));
        let (text, count) = (Arc::clone(&answer), Arc::clone(&calls));
        let task = tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 1024];
                let _ = socket.read(&mut request).await;
                let body = text.lock().unwrap().clone();
                let head = if body.is_empty() {
                    "500 Internal Server Error"
                } else {
                    "200 OK"
                };
                let answer = format!(
                    "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self {
            url,
            answer,
            calls,
            task,
        }
    }

    fn offer(&self, keys: &[&OwnKey]) {
        let keys: Vec<String> = keys.iter().map(|key| key.jwk()).collect();
        *self.answer.lock().unwrap() = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    }

    fn fail(&self) {
        self.answer.lock().unwrap().clear();
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn outside(name: &str, source: &str) -> Outside {
    let issuer = Arc::new(Issuer {
        name: name.to_owned(),
        iss: format!("https://{name}"),
    });
    Outside {
        issuer,
        source: Source::parse(source).unwrap(),
    }
}

fn issuers(own: &OwnKey, source: &str) -> Issuers {
    Issuers::new("aud", own, "https://exchange", vec![outside("idp", source)]).unwrap()
}

#[tokio::test]
async fn a_new_key_is_fetched_when_first_seen_and_an_old_one_is_forgotten() {
    let (own, first, second) = (key(), key(), key());
    let server = KeyServer::start().await;
    server.offer(&[&first]);
    let issuers = issuers(&own, &server.url);
    let old = token(&first, "https://idp");
    assert_eq!(
        issuers.verify(&old, NOW).await.unwrap().subject,
        "idp:rektor"
    );
    assert!(
        issuers.verify(&old, NOW + 1000).await.is_err(),
        "remembered, but ended"
    );
    server.offer(&[&second]);
    issuers.fetch().await;
    assert_eq!(issuers.verify(&old, NOW).await, Err(Fault::UnknownKey));
    assert!(
        issuers
            .verify(&token(&second, "https://idp"), NOW)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn old_keys_stay_while_an_issuer_fails() {
    let (own, first) = (key(), key());
    let server = KeyServer::start().await;
    server.offer(&[&first]);
    let issuers = issuers(&own, &server.url);
    issuers.fetch().await;
    server.fail();
    issuers.fetch().await;
    assert!(
        issuers
            .verify(&token(&first, "https://idp"), NOW)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn many_unknown_keys_cost_one_fetch() {
    let (own, first) = (key(), key());
    let server = KeyServer::start().await;
    server.offer(&[&first]);
    let issuers = issuers(&own, &server.url);
    let strangers: Vec<String> = (0..20).map(|_| token(&key(), "https://idp")).collect();
    let answers =
        futures::future::join_all(strangers.iter().map(|token| issuers.verify(token, NOW))).await;
    assert!(
        answers
            .iter()
            .all(|answer| *answer == Err(Fault::UnknownKey))
    );
    assert_eq!(server.calls(), 1);
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_the_fetch_to_those_who_come_after() {
    let (own, first) = (key(), key());
    let server = KeyServer::start().await;
    server.offer(&[&first]);
    let issuers = issuers(&own, &server.url);
    let token = token(&first, "https://idp");
    assert_eq!(issuers.verify(&token, NOW).now_or_never(), None);
    assert!(issuers.verify(&token, NOW).await.is_ok());
    assert_eq!(server.calls(), 1);
}

#[tokio::test]
async fn what_was_verified_is_remembered_until_keys_become_others() {
    let (own, first, second) = (key(), key(), key());
    let server = KeyServer::start().await;
    server.offer(&[&first]);
    let issuers = issuers(&own, &server.url);
    issuers.fetch().await;
    let version = issuers.ring().0;
    issuers.fetch().await;
    assert_eq!((server.calls(), issuers.ring().0), (2, version));
    server.offer(&[&first, &second]);
    issuers.fetch().await;
    assert_ne!(issuers.ring().0, version);
}

#[tokio::test]
async fn an_issuer_that_never_answers_delays_no_other() {
    let (own, first) = (key(), key());
    let server = KeyServer::start().await;
    server.offer(&[&first]);
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead_url = format!("http://{}/keys", dead.local_addr().unwrap());
    let both = vec![outside("dead", &dead_url), outside("idp", &server.url)];
    let issuers = Issuers::new("aud", &own, "https://exchange", both).unwrap();
    let began = Instant::now();
    let token = token(&first, "https://idp");
    assert!(issuers.verify(&token, NOW).await.is_ok());
    assert!(began.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn an_outside_issuer_signs_for_itself_alone() {
    let (own, outside) = (key(), key());
    let server = KeyServer::start().await;
    server.offer(&[&outside]);
    let issuers = issuers(&own, &server.url);
    issuers.fetch().await;
    assert_eq!(
        issuers
            .verify(&token(&outside, "https://exchange"), NOW)
            .await,
        Err(Fault::Issuer)
    );
    assert_eq!(
        issuers
            .verify(&token(&own, "https://exchange"), NOW)
            .await
            .unwrap()
            .subject,
        "exchange:rektor"
    );
}

#[tokio::test]
async fn keys_come_from_a_file_as_well() {
    let (own, first) = (key(), key());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    std::fs::write(&path, format!(r#"{{"keys":[{}]}}"#, first.jwk())).unwrap();
    let issuers = issuers(&own, path.to_str().unwrap());
    assert!(
        issuers
            .verify(&token(&first, "https://idp"), NOW)
            .await
            .is_ok()
    );
}
