//! `#[fields]`: declares each field of a GraphQL object once, as a function of columns.
//!
//! Each declaration generates the resolver of the field, the columns and relations that SQL reads for it, and its
//! precomputed value.

mod field;
mod object;

use proc_macro::TokenStream;
use syn::{
    Ident, Path, Token,
    parse::{Parse, ParseStream},
    parse_macro_input,
};

/// Declares a GraphQL object that exposes a row.
///
/// ```text
/// /// A kind of spending.
/// #[fields(category)]
/// impl Category {
///     /// Name, unique in the organization regardless of case.
///     fn name(name: &str) -> &str {
///         name
///     }
/// }
/// ```
///
/// The argument is the module of the entity, which must be in scope. A second argument `immutable` declares rows without a
/// version, and `result` declares rows that belong to no table. The macro generates the struct, and adds the fields `id`,
/// `version`, `createdAt` and `updatedAt`. A function that is not async is a field:
///
/// - Each parameter has the name of a column of the row; an unknown column is a compile error. `cx: &Context` is the
///   request's context, for its base currency or the caller's permissions.
/// - The function must be pure: both the resolver and the precomputed path call it.
/// - The return type is a value (`&str`, `Option<Date>`, `Money`, a `Result` of one), or `One<T>` or `Required<T>`: the id
///   of a related row, which is read together with this one; or `Many<T>`: the id of a parent whose children the field
///   lists. `Many<T>` takes the arguments of a connection, and reads the children of all rows of a list in one statement.
///
/// An async function is a resolver that needs the database or has arguments; it is kept unchanged. `#[reads(column, …)]`
/// lists the columns that it uses.
///
/// Without an argument, the `impl` block declares an object that is not a row: its fields are functions of `&self`, and of
/// `cx: &Context` if they need it.
///
/// Doc comments become descriptions, and `#[graphql(…)]` attributes are kept.
#[proc_macro_attribute]
pub fn fields(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let shown = if arguments.is_empty() {
        None
    } else {
        Some(parse_macro_input!(arguments as Shown))
    };
    let block = parse_macro_input!(item as syn::ItemImpl);
    object::expand(shown.as_ref(), &block)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// The arguments of `#[fields]`: the entity whose rows the object exposes, and the kind of its rows.
struct Shown {
    entity: Path,
    kind: Kind,
}

/// The kind of rows, which determines the common fields.
enum Kind {
    /// `id`, `version`, `created_at`, `updated_at`.
    Versioned,
    /// `id`, `created_at`.
    Immutable,
    /// No common fields: the rows of a query result that is not a table.
    Result,
}

impl Parse for Shown {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let entity = input.call(Path::parse_mod_style)?;
        if input.is_empty() {
            return Ok(Self {
                entity,
                kind: Kind::Versioned,
            });
        }
        input.parse::<Token![,]>()?;
        let kind: Ident = input.parse()?;
        let kind = match kind.to_string().as_str() {
            "immutable" => Kind::Immutable,
            "result" => Kind::Result,
            _ => {
                return Err(syn::Error::new(
                    kind.span(),
                    "expected `immutable` or `result`",
                ));
            }
        };
        Ok(Self { entity, kind })
    }
}
