//! Answers on their way to a caller who takes them in its own time: few, light, and gone at once where the stream is ended
//! before they were taken.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{Stream, StreamExt, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tonic::Status;

use crate::error::Error;

/// Answers that wait to be taken.
const WAITING: usize = 8;
/// What they may weigh, in KiB. One that is heavier waits alone.
const WAITING_KIB: usize = 1024;

type Waiting<T> = mpsc::Receiver<(T, OwnedSemaphorePermit)>;

/// Where answers go in. Cheap to clone.
#[derive(Debug)]
pub struct Answers<T> {
    queue: mpsc::Sender<(T, OwnedSemaphorePermit)>,
    weight: Arc<Semaphore>,
    waiting: Arc<Mutex<Waiting<T>>>,
}

/// Where they come out.
#[derive(Debug)]
pub struct Told<T>(Arc<Mutex<Waiting<T>>>);

/// Nobody takes answers any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// A queue for the answers of one stream.
pub fn answers<T>() -> (Answers<T>, Told<T>) {
    let (queue, waiting) = mpsc::channel(WAITING);
    let waiting = Arc::new(Mutex::new(waiting));
    let answers = Answers {
        queue,
        weight: Arc::new(Semaphore::new(WAITING_KIB)),
        waiting: Arc::clone(&waiting),
    };
    (answers, Told(waiting))
}

impl<T> Clone for Answers<T> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            weight: Arc::clone(&self.weight),
            waiting: Arc::clone(&self.waiting),
        }
    }
}

impl<T> Answers<T> {
    /// Waits until there is room for an answer of so many bytes, and puts it in.
    pub async fn send(&self, answer: T, bytes: usize) -> Result<(), Gone> {
        let kib = bytes.div_ceil(1024).clamp(1, WAITING_KIB);
        let kib = u32::try_from(kib).map_err(|_| Gone)?;
        let weight = Arc::clone(&self.weight);
        let taken = weight.acquire_many_owned(kib).await.map_err(|_| Gone)?;
        self.queue.send((answer, taken)).await.map_err(|_| Gone)
    }

    /// Returns once nobody takes answers any more.
    pub async fn closed(&self) {
        self.queue.closed().await;
    }

    /// Takes back what was not taken, and takes in no more.
    pub fn take_back(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.close();
        while waiting.try_recv().is_ok() {}
    }
}

impl<T> Told<T> {
    /// The answers in order, for as long as there is anybody to give more.
    fn stream(self) -> impl Stream<Item = T> {
        stream::poll_fn(move |context| {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let next = waiting.poll_recv(context);
            next.map(|next| next.map(|(answer, _)| answer))
        })
    }
}

/// Answers as they come, then the status of the call.
pub type Telling<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl<T: Send + 'static> Told<T> {
    /// Runs what gives the answers in a task of its own, so that it ends in time whatever its caller does. It returns the
    /// status to end with, if any.
    pub fn by(
        self,
        talk: impl Future<Output = Option<Status>> + Send + 'static,
        what: &'static str,
    ) -> Telling<T> {
        let (ended, end) = oneshot::channel();
        tokio::spawn(async move { drop(ended.send(talk.await)) });
        let end = stream::once(async move {
            let silent = |_| Some(Error::fault(anyhow::anyhow!("{what} was cut off")).into());
            end.await.unwrap_or_else(silent)
        });
        let end = end.filter_map(async |status| status.map(Err));
        Box::pin(self.stream().map(Ok).chain(end))
    }
}

impl<T> Drop for Told<T> {
    fn drop(&mut self) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.close();
        while waiting.try_recv().is_ok() {}
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, StreamExt};

    use super::*;

    #[tokio::test]
    async fn answers_come_out_in_order_until_nobody_gives_more() {
        let (answers, told) = answers();
        for answer in 0..WAITING {
            answers.send(answer, 10).await.unwrap();
        }
        drop(answers);
        assert_eq!(
            told.stream().collect::<Vec<_>>().await,
            [0, 1, 2, 3, 4, 5, 6, 7]
        );
    }

    #[tokio::test]
    async fn few_wait_and_they_are_light() {
        let (answers, told) = answers();
        let waiting = |bytes| {
            let sent = (0..100).take_while(|_| answers.send((), bytes).now_or_never().is_some());
            let count = sent.count();
            (count, answers.waiting.lock().unwrap().len())
        };
        assert_eq!(waiting(500 * 1024), (2, 2));
        let mut told = Box::pin(told.stream());
        for _ in 0..2 {
            told.next().await.unwrap();
        }
        assert_eq!(waiting(10), (WAITING, WAITING));
        for _ in 0..WAITING {
            told.next().await.unwrap();
        }
        // Heavier than all there is room for, it waits alone.
        assert_eq!(waiting(2 * 1024 * 1024), (1, 1));
    }

    #[tokio::test]
    async fn what_is_taken_back_is_told_to_nobody() {
        let (answers, told) = answers();
        let answer = Arc::new(());
        answers.send(Arc::clone(&answer), 10).await.unwrap();
        answers.take_back();
        assert_eq!(Arc::strong_count(&answer), 1);
        assert_eq!(answers.send(answer, 10).await, Err(Gone));
        assert_eq!(told.stream().next().await, None);
    }

    #[tokio::test]
    async fn who_goes_away_leaves_nothing_behind() {
        let (answers, told) = answers();
        let answer = Arc::new(());
        answers.send(Arc::clone(&answer), 10).await.unwrap();
        drop(told.stream());
        answers.closed().await;
        assert_eq!(Arc::strong_count(&answer), 1);
        assert_eq!(answers.send(answer, 10).await, Err(Gone));
    }
}
