//! The only place that reads the time and makes ids. Knows microseconds since 1970 in UTC and nothing finer: that is what
//! every database keeps.

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The moment that a row keeps as `micros`.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// What a row keeps.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, as tokens count.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The moment that many seconds later, or earlier when negative.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// The moment that many microseconds later.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The day in UTC, `YYYY-MM-DD`.
    pub fn date(self) -> String {
        self.in_utc().format("%Y-%m-%d").to_string()
    }

    fn in_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }
}

/// RFC 3339 with microseconds, for people.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.in_utc().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl From<Time> for prost_types::Timestamp {
    fn from(time: Time) -> Self {
        let nanos = time.0.rem_euclid(1_000_000) * 1_000;
        Self {
            seconds: time.seconds(),
            nanos: i32::try_from(nanos).unwrap_or_default(),
        }
    }
}

/// Rounds down to microseconds. A timestamp too far away becomes the nearest moment that can be kept.
impl From<prost_types::Timestamp> for Time {
    fn from(timestamp: prost_types::Timestamp) -> Self {
        let micros = timestamp.seconds.saturating_mul(1_000_000);
        Self(micros.saturating_add(i64::from(timestamp.nanos).div_euclid(1_000)))
    }
}

/// The present moment.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn now() -> Time {
    Time(Utc::now().timestamp_micros())
}

/// Today in UTC, `YYYY-MM-DD`.
pub fn today() -> String {
    now().date()
}

/// A new id. Ids made later in one process sort after earlier ones.
#[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_the_wire() {
        for micros in [0, 1, 999_999, -1, -1_000_001, 1_795_000_000_123_456] {
            let time = Time::from_micros(micros);
            assert_eq!(Time::from(prost_types::Timestamp::from(time)), time);
        }
    }

    #[test]
    fn a_moment_before_1970_has_a_positive_fraction() {
        let timestamp = prost_types::Timestamp::from(Time::from_micros(-1));
        assert_eq!((timestamp.seconds, timestamp.nanos), (-1, 999_999_000));
    }

    #[test]
    fn a_day_is_written_year_first() {
        assert_eq!(
            Time::from_micros(1_582_934_400_000_000).date(),
            "2020-02-29"
        );
        assert_eq!(
            Time::from_micros(0).to_string(),
            "1970-01-01T00:00:00.000000Z"
        );
    }

    #[test]
    fn ids_made_later_sort_later() {
        let ids: Vec<_> = (0..1000).map(|_| new_id()).collect();
        assert!(ids.is_sorted());
    }
}
