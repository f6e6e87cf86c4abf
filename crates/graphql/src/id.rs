//! Global ids: opaque to clients, encoded from one byte for the kind and the UUID of the row.

use async_graphql::ID;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use outlay_domain::{Error, Result, entity::Id};
use uuid::Uuid;

use crate::noun::{Kind, Registered};

impl Kind {
    /// The global id of a row of this kind.
    #[must_use]
    pub fn id(self, id: Uuid) -> ID {
        let mut bytes = [0; 17];
        bytes[0] = self as u8;
        bytes[1..].copy_from_slice(id.as_bytes());
        ID(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// The global id of a row.
pub(crate) fn encode<N: Registered>(id: Id<N>) -> ID {
    N::KIND.id(id.uuid())
}

/// Parses the global id in an input field, which must be of this noun.
///
/// # Errors
/// `Invalid`, with the field.
pub(crate) fn parse<N: Registered>(field: &str, id: &ID) -> Result<Id<N>> {
    match decode(id) {
        Some((kind, id)) if kind == N::KIND => Ok(id.into()),
        Some((kind, _)) => {
            let message = format!("This is the id of {}, not of {}.", kind.noun(), N::NAME);
            Err(Error::invalid(field, message))
        }
        None => Err(Error::invalid(
            field,
            format!("This is not the id of {}.", N::NAME),
        )),
    }
}

/// The kind and the UUID of a global id; `None` when it is not a valid id.
pub(crate) fn decode(id: &ID) -> Option<(Kind, Uuid)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(id.as_str()).ok()?;
    let (kind, id) = bytes.split_first()?;
    let kind = Kind::ALL.iter().find(|known| **known as u8 == *kind)?;
    Some((*kind, Uuid::from_slice(id).ok()?))
}

#[cfg(test)]
mod tests {
    use async_graphql::ID;
    use outlay_domain::entity::tenant::expense;
    use uuid::Uuid;

    use super::{Kind, decode, parse};

    #[test]
    fn an_id_is_read_back_as_what_it_was() {
        let id = Uuid::now_v7();
        for kind in Kind::ALL {
            assert_eq!(decode(&kind.id(id)), Some((*kind, id)));
        }
    }

    #[test]
    fn what_is_not_an_id_is_rejected_by_field() {
        for raw in ["", "x", "e", "ZQ", "ze\u{0}", "////", &"A".repeat(10_000)] {
            let error = parse::<expense::Entity>("id", &ID(raw.to_owned())).expect_err("rejected");
            assert_eq!(error.field(), Some("id"));
        }
        let member = Kind::Member.id(Uuid::now_v7());
        let error = parse::<expense::Entity>("id", &member).expect_err("rejected");
        assert_eq!(
            error.to_string(),
            "This is the id of member, not of expense."
        );
    }
}
