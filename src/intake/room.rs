//! Room for what was sent and is not answered yet: so much for all, and of that no more than a quarter for one subject.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// What one subject may take, in KiB: the largest batch that is written together, with what is rounded up and read ahead.
const SUBJECT_KIB: usize = 18 * 1024;
/// What all subjects may take, in KiB.
const ALL_KIB: usize = 4 * SUBJECT_KIB;
/// How long a stream may keep what others wait for.
const KEPT: Duration = Duration::from_secs(30);

/// The room of a process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Room {
    all: Arc<Semaphore>,
    subjects: Arc<Mutex<HashMap<String, Weak<Semaphore>>>>,
    waiting: Arc<AtomicUsize>,
}

/// What one subject may take of it.
#[derive(Clone, Debug)]
pub struct Share {
    all: Arc<Semaphore>,
    own: Arc<Semaphore>,
    /// Those of all subjects that wait for room which others have.
    waiting: Arc<AtomicUsize>,
}

/// One that waits, until this is dropped.
struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Room that is taken, until this is dropped.
#[derive(Debug)]
pub struct Taken {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(ALL_KIB)),
            subjects: Arc::default(),
            waiting: Arc::default(),
        }
    }
}

impl Room {
    /// The share of a subject, which all of its streams have together.
    pub fn of(&self, subject: &str) -> Share {
        let mut subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        let own = subjects.get(subject).and_then(Weak::upgrade);
        let own = own.unwrap_or_else(|| {
            subjects.retain(|_, share| share.strong_count() > 0);
            let own = Arc::new(Semaphore::new(SUBJECT_KIB));
            subjects.insert(subject.to_owned(), Arc::downgrade(&own));
            own
        });
        Share {
            all: Arc::clone(&self.all),
            own,
            waiting: Arc::clone(&self.waiting),
        }
    }
}

impl Share {
    /// Takes room for so many bytes if there is any.
    pub fn try_take(&self, bytes: usize) -> Option<Taken> {
        let kib = kib(bytes);
        let own = Arc::clone(&self.own).try_acquire_many_owned(kib).ok()?;
        let all = Arc::clone(&self.all).try_acquire_many_owned(kib).ok()?;
        Some(Taken {
            _own: own,
            _all: all,
        })
    }

    /// Waits for room for so many bytes: first behind its own subject, and only then behind others.
    pub async fn take(&self, bytes: usize) -> Option<Taken> {
        let kib = kib(bytes);
        let own = Arc::clone(&self.own).acquire_many_owned(kib).await.ok()?;
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waits = Waits(&self.waiting);
        let all = Arc::clone(&self.all).acquire_many_owned(kib).await.ok()?;
        Some(Taken {
            _own: own,
            _all: all,
        })
    }

    /// Whether a stream has to give back what it has kept since then: others wait for it, it has had its time, and its
    /// subject has any room at all.
    pub fn must_give_back(&self, since: Instant) -> bool {
        since.elapsed() >= KEPT
            && self.waiting.load(Ordering::Relaxed) > 0
            && self.own.available_permits() < SUBJECT_KIB
    }
}

fn kib(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1024).max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const ITEM: usize = 128 * 1024;

    fn take_all(share: &Share) -> Vec<Taken> {
        std::iter::from_fn(|| share.try_take(ITEM)).collect()
    }

    #[tokio::test]
    async fn who_takes_all_there_is_leaves_room_for_others() {
        let room = Room::default();
        let hogs = ["a", "b", "c"].map(|subject| take_all(&room.of(subject)));
        for taken in &hogs {
            assert_eq!(taken.len() * ITEM / 1024, SUBJECT_KIB);
        }
        assert!(room.of("d").take(ITEM).now_or_never().is_some());
        // The check can fail: in a room without shares, one takes all.
        let unshared = Share {
            own: Arc::new(Semaphore::new(ALL_KIB)),
            all: Arc::new(Semaphore::new(ALL_KIB)),
            waiting: Arc::default(),
        };
        let taken = take_all(&unshared);
        let other = Share {
            own: Arc::new(Semaphore::new(ALL_KIB)),
            ..unshared
        };
        assert!(other.take(ITEM).now_or_never().is_none());
        drop(taken);
        assert!(other.take(ITEM).now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_waits_behind_its_own_holds_up_nobody_else() {
        let room = Room::default();
        let (hog, other) = (room.of("hog"), room.of("other"));
        let mut taken = take_all(&hog);
        let another = room.of("hog");
        let mut waiting = Box::pin(another.take(ITEM));
        assert!((&mut waiting).now_or_never().is_none());
        assert!(other.take(ITEM).now_or_never().is_some());
        taken.pop();
        assert!(waiting.now_or_never().is_some());
    }

    #[tokio::test]
    async fn what_others_wait_for_is_given_back_in_time() {
        let room = Room::default();
        let hogs = ["a", "b", "c", "d"].map(|subject| take_all(&room.of(subject)));
        let (share, now) = (room.of("a"), Instant::now());
        let long_ago = now.checked_sub(KEPT).unwrap();
        assert!(!share.must_give_back(long_ago), "nobody waits");
        // Whoever waits behind its own waits for nobody else.
        let mut own = Box::pin(share.take(ITEM));
        assert!((&mut own).now_or_never().is_none());
        assert!(!share.must_give_back(long_ago));
        let other = room.of("e");
        let mut waiting = Box::pin(other.take(ITEM));
        assert!((&mut waiting).now_or_never().is_none());
        assert!(share.must_give_back(long_ago));
        assert!(!share.must_give_back(now), "it has its time");
        let none = room.of("f");
        assert!(!none.must_give_back(long_ago), "it keeps nothing");
        drop(waiting);
        assert!(!share.must_give_back(long_ago), "nobody waits any more");
        drop((own, hogs));
        assert!(other.take(ITEM).now_or_never().is_some());
        assert!(!share.must_give_back(long_ago));
    }

    #[test]
    fn a_share_is_forgotten_with_its_last_stream() {
        let room = Room::default();
        let (first, again) = (room.of("a"), room.of("a"));
        assert!(Arc::ptr_eq(&first.own, &again.own));
        drop((first, again));
        drop(room.of("b"));
        assert_eq!(room.subjects.lock().unwrap().len(), 1);
    }
}
