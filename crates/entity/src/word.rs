//! Closed sets of words, stored as text with a CHECK.

/// Declares an enum whose variants are stored, and written to JSON, in `SCREAMING_SNAKE_CASE`.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl crate::Cell for $name {
            fn read(row: &sea_orm::QueryResult, position: usize) -> Result<Self, sea_orm::DbErr> {
                <Self as sea_orm::ActiveEnum>::try_from_value(&String::read(row, position)?)
            }
        }
    )*};
}
pub(crate) use words;
