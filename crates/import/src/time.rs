//! Removes the time of day that databases write after a date.

/// Returns `text` without a time of day, or `None` if the text after the date is not a time.
pub(crate) fn strip(text: &str) -> Option<&str> {
    let Some(colon) = text.find(':') else {
        return Some(text);
    };
    let start = text[..colon].rfind(['T', 't', ' '])?;
    let time = &text[start + 1..];
    is_time(time).then(|| text[..start].trim_end_matches([' ', ',']))
}

/// Whether `text` is `hh:mm`, optionally with seconds, their fraction, AM or PM, and a zone.
fn is_time(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let zone_start = upper.find(['Z', 'U', '+', '-']).unwrap_or(upper.len());
    let (clock, zone) = upper.split_at(zone_start);
    let clock = clock.trim_end();
    let half = clock
        .strip_suffix("AM")
        .or_else(|| clock.strip_suffix("PM"));
    let hours = if half.is_some() { 1..=12 } else { 0..=23 };
    let mut parts = half.unwrap_or(clock).trim_end().split(':');
    let (Some(hour), Some(minute)) = (parts.next(), parts.next()) else {
        return false;
    };
    let second = parts.next().unwrap_or("0");
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    parts.next().is_none()
        && number(hour).is_some_and(|hour| hours.contains(&hour))
        && number(minute).is_some_and(|minute| minute < 60)
        && number(second).is_some_and(|second| second < 60)
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && is_zone(zone)
}

fn is_zone(zone: &str) -> bool {
    let Some(offset) = zone.strip_prefix(['+', '-']) else {
        return matches!(zone, "" | "Z" | "UTC");
    };
    let digits = offset.replacen(':', "", 1);
    matches!(digits.len(), 2 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Option<u8> {
    let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_removed() {
        let times = [
            "00:00",
            "00:00:00",
            "23:59:59.123",
            "9:05",
            "12:30 PM",
            "12:30:00AM",
            "00:00:00Z",
            "00:00:00.000+01:00",
            "00:00:00 UTC",
            "10:00:00-0500",
            "10:00+01",
        ];
        for time in times {
            for text in [format!("2019-05-28 {time}"), format!("2019-05-28T{time}")] {
                assert_eq!(strip(&text), Some("2019-05-28"), "{text}");
            }
        }
        assert_eq!(strip("28 May 2019, 10:00"), Some("28 May 2019"));
        assert_eq!(strip("28 October 2019"), Some("28 October 2019"));
    }

    #[test]
    fn an_invalid_time_is_rejected() {
        let times = [
            "24:00",
            "10:60",
            "10:5x",
            "10:00:61",
            "10:00:00.",
            "13:00 PM",
            "0:00 PM",
            "10:00:00:00",
            "10:00 CET",
            "10:00+1",
            ":00",
        ];
        for time in times {
            assert_eq!(strip(&format!("2019-05-28 {time}")), None, "{time}");
        }
        assert_eq!(strip("10:00"), None);
    }
}
