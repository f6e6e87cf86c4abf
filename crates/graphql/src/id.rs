//! Global ids: opaque to clients, one byte of kind and the row's UUID inside.

use async_graphql::{ID, MaybeUndefined};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use outlay_domain::{Error, Result};
use uuid::Uuid;

/// What an id is the id of. The bytes are part of every id given out: they never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// An organization.
    Organization = b'o',
    /// A user.
    User = b'u',
    /// A member.
    Member = b'm',
    /// An invitation.
    Invitation = b'i',
    /// A department.
    Department = b'd',
    /// A category.
    Category = b'c',
    /// An account.
    Account = b'a',
    /// A budget.
    Budget = b'b',
    /// An expense.
    Expense = b'e',
    /// An import.
    Import = b'f',
}

impl Kind {
    const ALL: [Self; 10] = [
        Self::Organization,
        Self::User,
        Self::Member,
        Self::Invitation,
        Self::Department,
        Self::Category,
        Self::Account,
        Self::Budget,
        Self::Expense,
        Self::Import,
    ];

    fn noun(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::User => "user",
            Self::Member => "member",
            Self::Invitation => "invitation",
            Self::Department => "department",
            Self::Category => "category",
            Self::Account => "account",
            Self::Budget => "budget",
            Self::Expense => "expense",
            Self::Import => "import",
        }
    }

    /// The global id of this kind's row.
    #[must_use]
    pub fn id(self, id: Uuid) -> ID {
        let mut bytes = [0; 17];
        bytes[0] = self as u8;
        bytes[1..].copy_from_slice(id.as_bytes());
        ID(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The row that the input's `field` names, which must be of this kind.
    pub(crate) fn parse(self, field: &str, id: &ID) -> Result<Uuid> {
        match decode(id) {
            Some((kind, id)) if kind == self => Ok(id),
            Some((kind, _)) => {
                let message = format!("This is the id of {}, not of {}.", kind.noun(), self.noun());
                Err(Error::invalid(field, message))
            }
            None => Err(Error::invalid(
                field,
                format!("This is not the id of {}.", self.noun()),
            )),
        }
    }

    /// The same for a field that may be absent.
    pub(crate) fn parse_optional(self, field: &str, id: Option<&ID>) -> Result<Option<Uuid>> {
        id.map(|id| self.parse(field, id)).transpose()
    }

    /// The same for a field that may be left out, or null to remove what it names.
    pub(crate) fn parse_undefined(
        self,
        field: &str,
        id: &MaybeUndefined<ID>,
    ) -> Result<Option<Option<Uuid>>> {
        match id {
            MaybeUndefined::Undefined => Ok(None),
            MaybeUndefined::Null => Ok(Some(None)),
            MaybeUndefined::Value(id) => self.parse(field, id).map(|id| Some(Some(id))),
        }
    }

    /// The same for a list.
    pub(crate) fn parse_all(self, field: &str, ids: &[ID]) -> Result<Vec<Uuid>> {
        ids.iter().map(|id| self.parse(field, id)).collect()
    }
}

/// The kind and row of an id; none for what is not an id of ours.
pub(crate) fn decode(id: &ID) -> Option<(Kind, Uuid)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(id.as_str()).ok()?;
    let (kind, id) = bytes.split_first()?;
    let kind = Kind::ALL.into_iter().find(|known| *known as u8 == *kind)?;
    Some((kind, Uuid::from_slice(id).ok()?))
}

#[cfg(test)]
mod tests {
    use async_graphql::ID;
    use uuid::Uuid;

    use super::{Kind, decode};

    #[test]
    fn an_id_is_read_back_as_what_it_was() {
        let id = Uuid::now_v7();
        for kind in Kind::ALL {
            assert_eq!(decode(&kind.id(id)), Some((kind, id)));
        }
    }

    #[test]
    fn what_is_not_an_id_is_refused_by_field() {
        for raw in ["", "x", "e", "ZQ", "ze\u{0}", "////", &"A".repeat(10_000)] {
            let error = Kind::Expense
                .parse("id", &ID(raw.to_owned()))
                .expect_err("refused");
            assert_eq!(error.field(), Some("id"));
        }
        let member = Kind::Member.id(Uuid::now_v7());
        let error = Kind::Expense.parse("id", &member).expect_err("refused");
        assert_eq!(
            error.to_string(),
            "This is the id of member, not of expense."
        );
    }
}
