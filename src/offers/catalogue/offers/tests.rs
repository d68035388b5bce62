//! However offers came, changed and went, they are found as if all had been read at once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, sample::select};

use super::*;
use crate::{
    kinds::Content,
    offers::catalogue::{
        filter::Filter,
        search::{Order, Search},
        words,
    },
    proto::v1::{Course, CourseOffer, LocalizedText},
};

const WORDS: [&str; 6] = [
    "läsning",
    "läsningen",
    "rektor",
    "matematik",
    "skola",
    "skolan",
];

fn read(id: u128, title: &str) -> (Offer, Words) {
    let title = LocalizedText {
        language: "swe".to_owned(),
        value: title.to_owned(),
    };
    let content = Content::CourseOffer(Box::new(CourseOffer {
        course: Some(Course {
            title: vec![title],
            ..Course::default()
        }),
        ..CourseOffer::default()
    }));
    Offer::of(Uuid::from_u128(id), Uuid::nil(), &content, 0).unwrap()
}

fn found(offers: &Offers, query: &str) -> Vec<(u64, u128)> {
    let search = Search {
        words: words::of_query(query),
        filter: Filter::default(),
        order: Order::Relevance,
    };
    let found = search.find(offers, None, 1000);
    assert_eq!(found.total, found.offers.len() as u64);
    let keys = found.offers.into_iter();
    keys.map(|((rank, id), _)| (rank, id.as_u128())).collect()
}

/// Groups of changes: of which offer, and its title. None: it goes.
type Story = Vec<Vec<(u128, Option<Vec<&'static str>>)>>;

fn stories() -> impl Strategy<Value = Story> {
    let title = prop::collection::vec(select(&WORDS), 1..4);
    let change = (0..20_u128, prop::option::weighted(0.8, title));
    prop::collection::vec(prop::collection::vec(change, 0..6), 0..12)
}

proptest! {
    #[test]
    fn changes_come_to_the_same_as_a_whole(story in stories()) {
        let (mut offers, mut expected) = (Offers::default(), BTreeMap::new());
        for group in story {
            let mut changes = Vec::new();
            for (id, title) in group {
                if let Some(title) = title {
                    let title = title.join(" ");
                    changes.push(Change::Put(Box::new(read(id, &title))));
                    expected.insert(id, title);
                } else {
                    changes.push(Change::Gone(Uuid::from_u128(id)));
                    expected.remove(&id);
                }
            }
            let before = offers.clone();
            let (len, all) = (before.len(), found(&before, ""));
            offers.change(changes);
            prop_assert_eq!((before.len(), found(&before, "")), (len, all), "who looks on is not disturbed");
        }
        let mut whole = Offers::default();
        whole.change(expected.iter().map(|(id, title)| Change::Put(Box::new(read(*id, title)))).collect());
        prop_assert_eq!(offers.len(), expected.len());
        prop_assert_eq!(whole.len(), expected.len());
        for query in ["", "läsningens", "rektor skola", "mat", "skola läs", "skolan rektorn"] {
            prop_assert_eq!(found(&offers, query), found(&whole, query), "{}", query);
        }
        let ids: BTreeSet<_> = offers.each().map(|(_, offer)| offer.id.as_u128()).collect();
        prop_assert!(ids.iter().eq(expected.keys()));
    }
}

#[test]
fn parts_stay_few_however_offers_come() {
    let sizes = |offers: &Offers| -> Vec<usize> {
        let parts = offers.parts().iter();
        parts.map(|part| part.segment.len()).collect()
    };
    let mut offers = Offers::default();
    for id in 0..3000 {
        offers.change(vec![Change::Put(Box::new(read(id, "läsning")))]);
        assert!(sizes(&offers).len() <= 12, "{:?}", sizes(&offers));
    }
    let mut offers = Offers::default();
    let all = (0..500).map(|id| Change::Put(Box::new(read(id, "läsning"))));
    offers.change(all.collect());
    offers.change(vec![
        Change::Put(Box::new(read(7, "rektor"))),
        Change::Gone(Uuid::from_u128(8)),
    ]);
    assert_eq!(
        sizes(&offers),
        [500, 1],
        "what is small is made anew, and not the rest"
    );
    assert_eq!((offers.len(), found(&offers, "läsning").len()), (499, 498));
    assert_eq!(
        offers.get(Uuid::from_u128(7)).map(|offer| &*offer.title),
        Some("rektor")
    );
    assert!(offers.get(Uuid::from_u128(8)).is_none());
    // What is dead goes when its part is made anew.
    offers.change(
        (0..400)
            .map(|id| Change::Put(Box::new(read(id, "skola"))))
            .collect(),
    );
    assert_eq!(sizes(&offers), [500]);
}

#[test]
fn a_word_in_the_title_counts_most_and_a_title_that_says_little_else_more() {
    let mut offers = Offers::default();
    offers.change(vec![
        Change::Put(Box::new(read(1, "rektor och skola i förändring"))),
        Change::Put(Box::new(read(2, "rektorer"))),
        Change::Put(Box::new(read(3, "rektorsprogrammet"))),
    ]);
    let ids = |query| {
        found(&offers, query)
            .into_iter()
            .map(|(_, id)| id)
            .collect::<Vec<_>>()
    };
    // The whole word before a beginning of one.
    assert_eq!(ids("rektor"), [2, 1, 3]);
    assert_eq!(ids("rektorn"), [2, 1]);
    assert_eq!(ids("rektor skolan"), [1]);
    assert_eq!(ids("re"), [] as [u128; 0]);
}
