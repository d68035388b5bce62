//! Bookings, as far as unmet needs rest on them: which places measures have already, and who has ever booked of whom.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use uuid::Uuid;

use crate::proto::v1::BookingState;

/// A measure, by its document and its id there.
pub type MeasureKey = (Uuid, String);

/// A booking as it stands.
#[derive(Clone, Debug)]
pub struct Booking {
    pub id: Uuid,
    /// Whose offer it is.
    pub university: Uuid,
    /// Whose staff the places are for.
    pub organization: Uuid,
    pub measure: Option<MeasureKey>,
    pub state: BookingState,
    pub places: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Bookings {
    /// Held and confirmed places of measures, by booking.
    taken: Arc<HashMap<Uuid, (MeasureKey, u32)>>,
    /// University and organization, whatever became of their bookings.
    met: Arc<BTreeSet<(Uuid, Uuid)>>,
}

impl Bookings {
    /// Takes in bookings that are new or have changed.
    pub fn change(&mut self, changed: Vec<Booking>) {
        if changed.is_empty() {
            return;
        }
        let (taken, met) = (Arc::make_mut(&mut self.taken), Arc::make_mut(&mut self.met));
        for booking in changed {
            met.insert((booking.university, booking.organization));
            let is_taken = matches!(booking.state, BookingState::Held | BookingState::Confirmed);
            match booking.measure.filter(|_| is_taken) {
                Some(measure) => taken.insert(booking.id, (measure, booking.places)),
                None => taken.remove(&booking.id),
            };
        }
    }

    /// How many places each measure has, of those that have any.
    pub fn of_measures(&self) -> HashMap<&MeasureKey, u32> {
        let mut places: HashMap<_, u32> = HashMap::new();
        for (measure, taken) in self.taken.values() {
            *places.entry(measure).or_default() += taken;
        }
        places
    }

    /// Universities, and organizations that have ever booked of them.
    pub fn met(&self) -> impl Iterator<Item = (Uuid, Uuid)> {
        self.met.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_for_their_measure_while_they_are_taken() {
        let (id, measure) = (Uuid::from_u128, (Uuid::from_u128(9), "m1".to_owned()));
        let booking = |number, state, places| Booking {
            id: id(number),
            university: id(7),
            organization: id(8),
            measure: Some(measure.clone()),
            state,
            places,
        };
        let mut bookings = Bookings::default();
        bookings.change(vec![
            booking(1, BookingState::Held, 5),
            booking(2, BookingState::Confirmed, 7),
            booking(3, BookingState::Waiting, 11),
            Booking {
                measure: None,
                ..booking(4, BookingState::Held, 13)
            },
        ]);
        assert_eq!(bookings.of_measures(), HashMap::from([(&measure, 12)]));
        bookings.change(vec![
            booking(1, BookingState::Lapsed, 5),
            booking(2, BookingState::Released, 7),
        ]);
        assert_eq!(bookings.of_measures(), HashMap::new());
        assert_eq!(bookings.met().collect::<Vec<_>>(), [(id(7), id(8))]);
    }
}
