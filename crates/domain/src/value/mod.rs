//! Value types that are always valid: they are parsed once, at the edge.

mod color;
mod email;
mod money;
mod password;
mod phone;
mod slug;
mod text;

pub use color::{BrandColor, LogoUrl};
pub use email::Email;
pub use money::{Currency, ExchangeRate, Money, MoneyInput};
pub use password::Password;
pub use phone::Phone;
pub use slug::Slug;
pub use text::{Code, Name, Note, Reason, Remark, SearchText};
