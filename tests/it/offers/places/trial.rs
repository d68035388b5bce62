//! Two hundred clients and fifty places, on servers that are killed in between: never one too many, none lost, and the line
//! is served in order. The history that was recorded says so, write by write.

use std::{
    collections::{HashMap, HashSet},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures::future::join_all;
use styrkedja::{
    client::{self, Client},
    database::{Database, Purpose},
    journal::verify,
    offers::places::booking,
    proto::v1::{Booking, BookingState, Document, HoldPlacesRequest},
};
use tonic::{Code, Status, transport::Channel};
use uuid::Uuid;

use super::{
    acts::{briefly, confirmation, figures, places, release, waiting},
    history::History,
    published,
};
use crate::{
    documents::acts::{Answered, metadata, reason},
    world::{AUDIENCE, Caller, Engine, ISSUER, World},
};

stories!(no_place_is_given_twice_and_none_is_lost_when_servers_are_killed);

pub const CLIENTS: u64 = 200;
pub const PLACES: u32 = 50;
const KILLS: u64 = 6;
const UNITS: [&str; 4] = [
    "Karbyskolan",
    "Bällstabergsskolan",
    "Vallentuna gymnasium",
    "Ormsta förskola",
];

async fn no_place_is_given_twice_and_none_is_lost_when_servers_are_killed(world: World) {
    let offer = published(&world, PLACES).await;
    let system = world.organizer_system_of("Vallentuna kommun").await;
    world.stop().await;
    let count = match world.place().engine() {
        Engine::Sqlite => 1,
        Engine::Postgres => 3,
    };
    let mut servers: Vec<Server> = (0..count).map(|_| Server::start(&world)).collect();
    let token = world.token_of(&system.subject);
    let mut callers = Vec::new();
    for server in &servers {
        let client = Client::new(&server.connected().await, Some(&token));
        let client = client.expect("the token can be sent");
        callers.push(Caller::new(&system.subject, None, client));
    }
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let unit = UNITS[usize::try_from(number).unwrap_or_default() % UNITS.len()];
            let client = Trier {
                chance: Chance(number + 1),
                servers: callers.clone(),
                offer: offer.clone(),
                unit: world.id_of(unit),
                answers: Vec::new(),
            };
            tokio::spawn(client.take_places())
        })
        .collect();
    let mut chance = Chance(CLIENTS + 1);
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(600 + chance.below(900))).await;
        let victim = usize::try_from(chance.below(count)).unwrap_or_default();
        servers[victim].kill();
        tokio::time::sleep(Duration::from_millis(chance.below(300))).await;
        servers[victim].run(&world);
    }
    let mut answers = Vec::new();
    for client in join_all(clients).await {
        answers.extend(client.expect("a client goes on to the end"));
    }
    let mut last = Trier {
        chance,
        servers: callers,
        offer: offer.clone(),
        unit: world.id_of(UNITS[0]),
        answers: Vec::new(),
    };
    last.give_all_back().await;
    answers.extend(last.answers);
    drop(servers);

    let database = Database::open(world.place().url(), Purpose::Serve).await;
    let database = database.expect("it opens");
    let history = History::read(&database, id(&offer.id)).await;
    let capacity = i32::try_from(PLACES).expect("a few");
    let standing = history.replay(capacity).expect("it is as promised");
    assert_eq!(history.spans(), Ok(()));
    let [moved_up, confirmed, lapsed, released] = history.happened();
    let enough = moved_up > 25 && confirmed > 15 && lapsed > 2 && released > 50;
    assert!(
        enough,
        "too little happened: {moved_up} moved up, {confirmed} confirmed, {lapsed} lapsed, {released} released"
    );
    assert_eq!(
        history.replay(capacity - 1).map(drop),
        Err(format!("overbooked: {capacity} of {}", capacity - 1)),
        "Control: all places were taken at times, and one too many would be found"
    );
    every_answer_stands(&standing, &history, &answers);
    verify(&database, None, |_, _| ())
        .await
        .expect("the journal is whole");
    database.close().await;
}

/// What was answered was written, once, and nothing else was.
fn every_answer_stands(
    standing: &HashMap<Uuid, booking::Model>,
    history: &History,
    answers: &[Booking],
) {
    let answered: HashSet<Uuid> = answers.iter().map(|booking| id(&booking.id)).collect();
    let kept: HashSet<Uuid> = standing.keys().copied().collect();
    assert_eq!(kept, answered, "each request had one effect");
    for answer in answers {
        let (revision, _) = answer.etag.split_once('-').expect("a revision");
        let revision = revision.parse().expect("a number");
        let written = history.state_of(id(&answer.id), revision);
        assert_eq!(written, Some(answer.state()), "{answer:?}");
    }
}

fn id(text: &str) -> Uuid {
    Uuid::try_parse(text).expect("an id")
}

/// A client that takes places, confirms some, gives some back, and leaves some to lapse. It tries each call again until it
/// is answered, on whichever server, and at times throws an answer away.
struct Trier {
    chance: Chance,
    servers: Vec<Caller>,
    offer: Document,
    unit: String,
    answers: Vec<Booking>,
}

#[derive(Clone, Debug)]
enum Call {
    Hold(Box<HoldPlacesRequest>),
    Confirm(styrkedja::proto::v1::ConfirmPlacesRequest),
    Release(styrkedja::proto::v1::ReleasePlacesRequest),
}

impl Call {
    fn is_a_trial_run(&self) -> bool {
        matches!(self, Self::Release(request) if request.validate_only)
    }

    async fn send(self, server: &Caller) -> Answered<Booking> {
        match self {
            Self::Hold(request) => server.holds(*request).await,
            Self::Confirm(request) => server.confirms(request).await,
            Self::Release(request) => server.releases(request).await,
        }
    }
}

impl Trier {
    async fn take_places(mut self) -> Vec<Booking> {
        tokio::time::sleep(Duration::from_millis(self.chance.below(3000))).await;
        for _ in 0..2 {
            let wanted = u32::try_from(1 + self.chance.below(4)).expect("a few");
            let mut request = places(&self.offer, &self.unit, wanted);
            if self.chance.below(3) > 0 {
                request = waiting(request);
            }
            if self.chance.below(4) == 0 {
                let long = i64::try_from(500 + self.chance.below(1500)).expect("brief");
                request = briefly(request, long);
            }
            if let Some(booking) = self.calls(Call::Hold(Box::new(request))).await {
                self.go_on_with(booking).await;
            }
        }
        self.answers
    }

    /// Confirms it, perhaps, and gives it back in the end, or leaves it.
    async fn go_on_with(&mut self, mut booking: Booking) {
        for _ in 0..6 {
            tokio::time::sleep(Duration::from_millis(self.chance.below(400))).await;
            let call = match self.chance.below(6) {
                0..3 => Call::Confirm(confirmation(&booking)),
                3 | 4 => Call::Release(release(&booking)),
                _ => continue,
            };
            let ends = matches!(call, Call::Release(_));
            match self.calls(call).await {
                Some(_) if ends => return,
                Some(changed) => booking = changed,
                // It may have moved up.
                None => booking = self.latest(booking).await,
            }
        }
        if self.chance.below(8) > 0 {
            self.calls(Call::Release(release(&booking))).await;
        }
    }

    /// A booking under the etag that a refusal tells.
    async fn latest(&mut self, booking: Booking) -> Booking {
        let mut trial = release(&booking);
        trial.validate_only = true;
        match self.until_answered(Call::Release(trial)).await {
            Err(status) if reason(&status) == "ETAG_MISMATCH" => Booking {
                etag: metadata(&status, "etag"),
                ..booking
            },
            Ok(_) | Err(_) => booking,
        }
    }

    async fn give_all_back(&mut self) {
        loop {
            let told = self.servers[0]
                .lists_places(&self.offer)
                .await
                .expect("told");
            if figures(&told) == (0, 0, 0) {
                return;
            }
            // Where all holds have lapsed, it takes a sweep until those who wait are served.
            tokio::time::sleep(Duration::from_millis(100)).await;
            let ended = [BookingState::Released, BookingState::Lapsed];
            for booking in told.bookings {
                // Those who wait leave the line by being served.
                let waits = booking.state() == BookingState::Waiting;
                if !waits && !ended.contains(&booking.state()) {
                    self.calls(Call::Release(release(&booking))).await;
                }
            }
        }
    }

    /// What the call came to. None: it was refused.
    async fn calls(&mut self, call: Call) -> Option<Booking> {
        match self.until_answered(call).await {
            Ok(booking) => {
                self.answers.push(booking.clone());
                Some(booking)
            }
            Err(_) => None,
        }
    }

    async fn until_answered(&mut self, call: Call) -> Answered<Booking> {
        let began = Instant::now();
        let mut first: Option<Booking> = None;
        loop {
            let server = self.chance.below(self.servers.len() as u64);
            let server = &self.servers[usize::try_from(server).unwrap_or_default()];
            match call.clone().send(server).await {
                Ok(booking) => {
                    let known = first.get_or_insert_with(|| booking.clone());
                    let same = *known == booking || call.is_a_trial_run();
                    assert!(same, "{known:?} and {booking:?} to {call:?}");
                    // One answer in four gets lost on its way.
                    if self.chance.below(4) > 0 {
                        return Ok(booking);
                    }
                }
                Err(status) if may_be_tried_again(&status) => {
                    let long = began.elapsed() < Duration::from_mins(2);
                    assert!(long, "nobody answers: {status:?}");
                    let pause = 20 + self.chance.below(80);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                Err(status) => {
                    let new = first.is_none() || call.is_a_trial_run();
                    assert!(new, "refused after an answer: {status:?}");
                    return Err(must_be_expected(status));
                }
            }
        }
    }
}

fn may_be_tried_again(status: &Status) -> bool {
    status.details().is_empty() || ["TRY_AGAIN", "DEADLINE"].contains(&&*reason(status))
}

fn must_be_expected(status: Status) -> Status {
    let expected = [
        "PLACES_TAKEN",
        "BOOKING_NOT_HELD",
        "BOOKING_ENDED",
        "ETAG_MISMATCH",
        // A deadline that has passed while nobody answered.
        "FIELDS_INVALID",
    ];
    assert!(expected.contains(&&*reason(&status)), "{status:?}");
    assert_ne!(status.code(), Code::NotFound);
    status
}

/// Numbers that look random, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// A server in a process of its own, at an address that it keeps. To drop it is to kill it without warning.
struct Server {
    listen: String,
    child: Option<Child>,
}

impl Server {
    fn start(world: &World) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let listen = free.local_addr().expect("it has a port").to_string();
        drop(free);
        let mut server = Self {
            listen,
            child: None,
        };
        server.run(world);
        server
    }

    fn run(&mut self, world: &World) {
        let child = Command::new(env!("CARGO_BIN_EXE_styrkedja"))
            .args(["serve", "--listen", &self.listen])
            .args(["--database", world.place().url()])
            .arg("--home")
            .arg(world.place().folder())
            .args(["--set", "log.filter=off"])
            .args(["--set", &format!("tokens.audience={AUDIENCE}")])
            .args(["--set", &format!("tokens.issuer={ISSUER}")])
            .stdout(Stdio::null())
            .spawn();
        self.child = Some(child.expect("it starts"));
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it runs");
            child.wait().expect("it is gone");
        }
    }

    async fn connected(&self) -> Channel {
        let began = Instant::now();
        loop {
            match client::connect(&format!("http://{}", self.listen), None).await {
                Ok(channel) => return channel,
                Err(error) => assert!(began.elapsed() < Duration::from_secs(20), "{error:#}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
