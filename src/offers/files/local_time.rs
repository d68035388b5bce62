//! Swedish local time, as EMIL writes times: without an offset. The rule is that of the European Union, for every year.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Weekday};
use prost_types::Timestamp;

const HOUR: i64 = 3600;

/// Reads `2025-04-24T11:39:21` as Swedish local time, or a time that names its offset. Of an hour that comes twice in the
/// autumn, the first is meant.
pub fn read(text: &str) -> Option<Timestamp> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return stamp(time.to_utc().naive_utc());
    }
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    let local = formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    let local = stamp(local)?;
    let in_summer = local.seconds - 2 * HOUR;
    let seconds = if offset(in_summer)? == 2 * HOUR {
        in_summer
    } else {
        local.seconds - HOUR
    };
    Some(Timestamp { seconds, ..local })
}

/// Writes a time as Swedish local time. The second of two equal hours is told by its offset. None: the year has not four
/// digits.
pub fn write(time: &Timestamp) -> Option<String> {
    let nanos = u32::try_from(time.nanos).ok()?;
    let local = time.seconds.checked_add(offset(time.seconds)?)?;
    let local = DateTime::from_timestamp(local, nanos)?;
    if !(0..10_000).contains(&local.year()) {
        return None;
    }
    let text = local.format("%Y-%m-%dT%H:%M:%S%.f").to_string();
    Some(if read(&text).as_ref() == Some(time) {
        text
    } else {
        text + "+01:00"
    })
}

fn stamp(time: NaiveDateTime) -> Option<Timestamp> {
    let time = time.and_utc();
    Some(Timestamp {
        seconds: time.timestamp(),
        nanos: i32::try_from(time.timestamp_subsec_nanos()).ok()?,
    })
}

/// Seconds that local time is ahead: two hours from the last Sunday of March to that of October, 01:00 UTC.
fn offset(seconds: i64) -> Option<i64> {
    let year = DateTime::from_timestamp(seconds, 0)?.year();
    let change = |month| {
        let last = NaiveDate::from_ymd_opt(year, month, 31)?;
        let back = last.weekday().days_since(Weekday::Sun);
        let sunday = last.checked_sub_days(Days::new(back.into()))?;
        Some(sunday.and_hms_opt(1, 0, 0)?.and_utc().timestamp())
    };
    let summer = change(3)?..change(10)?;
    Some(if summer.contains(&seconds) {
        2 * HOUR
    } else {
        HOUR
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp()
    }

    #[test]
    fn local_time_is_that_of_the_season() {
        for (local, utc) in [
            ("2025-01-15T12:00:00", "2025-01-15T11:00:00Z"),
            ("2025-04-24T11:39", "2025-04-24T09:39:00Z"),
            ("2025-03-30T01:59:59", "2025-03-30T00:59:59Z"),
            ("2025-03-30T03:00:00", "2025-03-30T01:00:00Z"),
            ("2025-10-26T02:30:00", "2025-10-26T00:30:00Z"),
            ("2025-10-26T02:30:00+01:00", "2025-10-26T01:30:00Z"),
        ] {
            assert_eq!(read(local).unwrap().seconds, at(utc), "{local}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2025-04-24",
            "2025-02-30T10:00:00",
            "24/4 2025",
            "2025-04-24 11:39:21",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_time_is_read_as_it_was_written(seconds in -62_000_000_000_i64..250_000_000_000, nanos in 0..1_000_000_000_i32) {
            let time = Timestamp { seconds, nanos };
            let text = write(&time).unwrap();
            prop_assert_eq!(read(&text), Some(time), "{}", text);
        }

        #[test]
        fn so_are_the_hours_around_a_change(second in 0..4 * 3600_i64) {
            let time = Timestamp { seconds: at("2025-10-25T23:00:00Z") + second, nanos: 0 };
            prop_assert_eq!(read(&write(&time).unwrap()), Some(time));
        }
    }
}
