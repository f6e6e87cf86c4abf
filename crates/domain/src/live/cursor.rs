//! Cursors: positions in the event log.
//!
//! A number that increases with each event is not sufficient: transactions do not commit in the order in which they
//! take numbers, so an event can appear after an event with a higher number was read. A cursor is the snapshot that was
//! read instead, and the next events are those that this snapshot does not see. Nothing has to wait: a write does not
//! wait for other writes of its tenant, as it would under a lock that orders them, and a reader does not wait for the
//! oldest running transaction, as it would with a horizon. A long import of one tenant therefore delays nobody.

use std::{fmt::Write as _, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::snapshot::PgSnapshot;
use crate::{Error, Result};

/// Maximum length of a cursor in bytes. A cursor lists each transaction that was in progress.
const MAX_LENGTH: usize = 32 * 1024;

/// Orders the events between two snapshots: the time of recording, in microseconds since 1970, and the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) at: i64,
    pub(super) id: Uuid,
}

/// The events that a subscriber has received: those that `seen` sees, and a part of the later ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(super) seen: PgSnapshot,
    /// A later snapshot and a position: the events that the snapshot sees, up to the position, were received as well.
    pub(super) part: Option<(PgSnapshot, Position)>,
}

impl Cursor {
    pub(super) fn at(seen: PgSnapshot) -> Self {
        Self { seen, part: None }
    }

    /// Parses the argument `after`.
    ///
    /// # Errors
    /// `Invalid` when the text is not a cursor.
    pub fn parse(text: &str) -> Result<Self> {
        Self::decode(text).ok_or_else(|| {
            Error::invalid(
                "after",
                "This is not a cursor of an event or of eventCursor.",
            )
        })
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = (text.len() <= MAX_LENGTH).then(|| BASE64_URL_SAFE_NO_PAD.decode(text))?;
        let text = String::from_utf8(bytes.ok()?).ok()?;
        let mut words = text.split('/');
        let seen = PgSnapshot::from_str(words.next()?).ok()?;
        let Some(upto) = words.next() else {
            return Some(Self::at(seen));
        };
        let upto = PgSnapshot::from_str(upto).ok()?;
        let at = words.next()?.parse().ok()?;
        // The database rejects timestamps beyond its range.
        chrono::DateTime::from_timestamp_micros(at)
            .filter(|time| (1970..3000).contains(&chrono::Datelike::year(time)))?;
        let id = words.next()?.parse().ok()?;
        let is_sane = words.next().is_none() && upto.includes(&seen);
        is_sane.then_some(Self {
            seen,
            part: Some((upto, Position { at, id })),
        })
    }

    /// The encoded cursor, as clients store it.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = self.seen.to_string();
        if let Some((upto, Position { at, id })) = &self.part {
            // Writing to a String cannot fail.
            let _ = write!(text, "/{upto}/{at}/{}", id.simple());
        }
        BASE64_URL_SAFE_NO_PAD.encode(text)
    }

    /// The newest snapshot of the cursor.
    pub(super) fn newest(&self) -> &PgSnapshot {
        self.part.as_ref().map_or(&self.seen, |(upto, _)| upto)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Cursor, Position};

    #[test]
    fn a_cursor_survives_encoding() {
        let seen = "10:20:12,15".parse().expect("a snapshot");
        let upto = "15:25:".parse().expect("a snapshot");
        let position = Position {
            at: 1_700_000_000_000_001,
            id: Uuid::now_v7(),
        };
        let whole = Cursor::at(seen);
        let part = Cursor {
            part: Some((upto, position)),
            ..whole.clone()
        };
        for cursor in [whole, part] {
            assert_eq!(Cursor::parse(&cursor.encode()).expect("a cursor"), cursor);
        }
    }

    #[test]
    fn an_invalid_cursor_is_rejected_by_field() {
        use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
        let coded = [
            "1",
            "1:2:/",
            "5:9:/1:2:/7/0",
            "1:2:/1:2:/x/y",
            "1:2:/1:2:/9223372036854775807/00000000000000000000000000000000",
        ];
        let coded = coded.map(|text| BASE64_URL_SAFE_NO_PAD.encode(text));
        for text in coded
            .into_iter()
            .chain([String::new(), "?".into(), "A".repeat(100_000)])
        {
            let error = Cursor::parse(&text).expect_err("rejected");
            assert_eq!(error.field(), Some("after"));
        }
    }
}
