//! Reads what comes on the stream of a push, as far ahead as there is room, and prepares each item.

use tonic::{Status, Streaming};

use super::{METHOD, batch::Meant, item::Item};
use crate::{
    intake::{self, Ahead, Incoming, Share},
    proto::v1::{PushRequest, push_request::Part},
};

/// What came.
pub enum Came {
    Header(Meant),
    Item(Box<Item>),
    Commit,
    End,
    /// Nothing more comes.
    Cut(Status),
}

/// Reads in a task of its own, until nobody wants more.
pub fn read(subject: String, requests: Streaming<PushRequest>, share: Share) -> Incoming<Came> {
    intake::read_ahead(share, |ahead| run(subject, requests, ahead))
}

async fn run(subject: String, mut requests: Streaming<PushRequest>, ahead: Ahead<Came>) {
    let mut index = 0;
    loop {
        let mut weight = None;
        let came = match requests.message().await {
            Ok(Some(request)) => match request.part {
                Some(Part::Header(header)) => Came::Header(Meant {
                    together: header.together,
                    dry_run: header.validate_only,
                }),
                Some(Part::Item(bytes)) => {
                    weight = ahead.weighs(bytes.len()).await;
                    let room = ahead.room(bytes.len()).await;
                    let item = Item::read(&subject, index, &bytes);
                    index += 1;
                    Came::Item(Box::new(Item { room, ..item }))
                }
                Some(Part::Commit(_)) | None => Came::Commit,
            },
            Ok(None) => Came::End,
            Err(status) => Came::Cut(intake::cut(status, METHOD)),
        };
        let last = matches!(came, Came::End | Came::Cut(_));
        if !ahead.hands_on(came, weight).await || last {
            return;
        }
    }
}
