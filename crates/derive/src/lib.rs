//! `#[fields]`: the fields of a GraphQL object, each declared once as a function of columns.
//!
//! From one declaration come the resolver of a field, the columns and relations that SQL reads for it, and its
//! precomputed value.

mod field;
mod object;

use proc_macro::TokenStream;
use syn::{
    Ident, Path, Token,
    parse::{Parse, ParseStream},
    parse_macro_input,
};

/// Declares a GraphQL object that shows a row.
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
/// The argument is the module of the entity, in scope where the attribute stands; `immutable` or `result` after it says that
/// rows have no version, or are no table's. The struct is generated, and the fields `id`, `version`, `createdAt` and
/// `updatedAt` are added. A function that is not async is a field:
///
/// - Each parameter is a column of the row, by its name; a column that does not exist does not compile. `cx: &Context`
///   is the request's context, for its base currency or the caller's permissions.
/// - The function is pure: it is called by the resolver and by the precomputed path alike.
/// - The return type is a value (`&str`, `Option<Date>`, `Money`, a `Result` of one), or `One<T>` or `Required<T>`: the id
///   of another row, which is read with this one; or `Many<T>`: the id of the row whose children it lists, which takes the
///   arguments of a connection and one statement for all rows of a list.
///
/// An async function is a resolver that needs the database or has arguments; it is passed on as it stands. Its
/// `#[reads(column, …)]` names the columns that it uses.
///
/// Without an argument, the `impl` block is of an object that is not a row: its fields are functions of `&self`, and of
/// `cx: &Context` where they need it.
///
/// Doc comments become descriptions, and `#[graphql(…)]` attributes are passed on.
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

/// What an object shows: the rows of the entity in a module.
struct Shown {
    entity: Path,
    kind: Kind,
}

/// What rows have in common, for which fields are added.
enum Kind {
    /// `id`, `version`, `created_at`, `updated_at`.
    Versioned,
    /// `id`, `created_at`.
    Immutable,
    /// Nothing: rows of a result that is no table.
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
