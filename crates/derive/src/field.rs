//! Parsing of and code generation for one field.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, Error, FnArg, GenericArgument, Ident, ImplItemFn, Pat, PathArguments, Result,
    ReturnType, Token, Type, punctuated::Punctuated, spanned::Spanned,
};

/// The declaration of a field.
pub(crate) struct Field {
    function: ImplItemFn,
    parameters: Vec<Parameter>,
    kind: Kind,
}

/// A parameter of a field.
enum Parameter {
    /// The object itself, when it is not a row.
    Own,
    /// The request's context.
    Context,
    /// A column, and the way its value is passed.
    Column(Ident, Pass),
}

enum Pass {
    Reference,
    OptionalReference,
    Copy,
}

/// The result of a field.
enum Kind {
    Value(Type),
    /// A value, or an error of the domain.
    Fallible(Type),
    /// The id of a related row, which may be absent.
    One(Type),
    /// The id of a related row that always exists.
    Required(Type),
    /// The id of the parent whose children the field lists.
    Many(Type),
    /// The result of a resolver that uses these columns.
    Resolver(Vec<Ident>),
}

impl Field {
    pub(crate) fn parse(mut function: ImplItemFn) -> Result<Self> {
        if function.sig.asyncness.is_some() {
            let columns = match function
                .attrs
                .iter()
                .position(|one| one.path().is_ident("reads"))
            {
                Some(at) => function
                    .attrs
                    .remove(at)
                    .parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)?,
                None => Punctuated::new(),
            };
            return Ok(Self {
                function,
                parameters: Vec::new(),
                kind: Kind::Resolver(columns.into_iter().collect()),
            });
        }
        let parameters = function.sig.inputs.iter().map(Parameter::parse);
        Ok(Self {
            parameters: parameters.collect::<Result<_>>()?,
            kind: Kind::parse(&function.sig.output)?,
            function,
        })
    }

    fn name(&self) -> &Ident {
        &self.function.sig.ident
    }

    /// The name in the schema.
    fn schema_name(&self) -> String {
        let name = self.name().to_string();
        let mut words = name.trim_start_matches("r#").split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |name, word| {
            let (initial, rest) = word.split_at(word.len().min(1));
            name + &initial.to_uppercase() + rest
        })
    }

    /// The declared function, renamed because the resolver has the name of the field.
    pub(crate) fn function(&self) -> Option<TokenStream> {
        if let Kind::Resolver(_) = self.kind {
            return None;
        }
        let mut function = self.function.clone();
        function.sig.ident = self.function_name();
        function.attrs.clear();
        Some(quote!(#function))
    }

    fn function_name(&self) -> Ident {
        format_ident!("{}_of", self.name())
    }

    /// The call of the declared function. `unread` handles the error that a column was not selected.
    fn call(&self, unread: &TokenStream) -> TokenStream {
        let function = self.function_name();
        let arguments = self.parameters.iter().map(|parameter| match parameter {
            Parameter::Own => quote!(self),
            Parameter::Context => quote!(cx),
            Parameter::Column(column, pass) => {
                let value = quote!(self.0.#column() #unread);
                match pass {
                    Pass::Reference => value,
                    Pass::OptionalReference => quote!(#value.as_deref()),
                    Pass::Copy => quote!(*#value),
                }
            }
        });
        quote!(Self::#function(#(#arguments),*))
    }

    fn columns(&self) -> Vec<&Ident> {
        if let Kind::Resolver(columns) = &self.kind {
            return columns.iter().collect();
        }
        let columns = self
            .parameters
            .iter()
            .filter_map(|parameter| match parameter {
                Parameter::Column(column, _) => Some(column),
                Parameter::Own | Parameter::Context => None,
            });
        columns.collect()
    }

    /// The position of the one column of a relation.
    fn via(&self) -> Result<TokenStream> {
        let [column] = self.columns()[..] else {
            let message =
                "a relation must have exactly one parameter: the column that refers to the row";
            return Err(Error::new(self.name().span(), message));
        };
        Ok(quote!(const { Self::position(stringify!(#column)) }))
    }

    /// The method that async-graphql resolves the field by.
    pub(crate) fn resolver(&self) -> Result<TokenStream> {
        if let Kind::Resolver(_) = self.kind {
            let function = &self.function;
            return Ok(quote!(#function));
        }
        if let Kind::Many(ty) = &self.kind {
            return Ok(self.list(ty));
        }
        let (name, attributes) = (self.name(), &self.function.attrs);
        let call = self.call(&quote!(.map_err(|error| crate::error::unread(&error))?));
        let has_context = |parameter: &Parameter| matches!(parameter, Parameter::Context);
        let context = if self.parameters.iter().any(has_context) {
            quote! {
                let snapshot = crate::context::ContextExt::snapshot(ctx)?;
                let cx = snapshot.cx();
            }
        } else {
            quote!(let _ = ctx;)
        };
        let (result, body) = match &self.kind {
            Kind::Value(ty) => (
                quote!(async_graphql::Result<#ty>),
                quote!(#context Ok(#call)),
            ),
            Kind::Fallible(ty) => (
                quote!(async_graphql::Result<#ty>),
                quote!(#context #call.map_err(|error| crate::error::problem(&error))),
            ),
            Kind::One(ty) => {
                let via = self.via()?;
                (
                    quote!(crate::error::Answer<#ty>),
                    quote!(crate::relation::one(ctx, &self.0, #via, || Ok(#call)).await),
                )
            }
            Kind::Required(ty) => {
                let via = self.via()?;
                (
                    quote!(async_graphql::Result<#ty>),
                    quote!(crate::relation::required(ctx, &self.0, #via, || Ok(#call)).await),
                )
            }
            Kind::Many(_) | Kind::Resolver(_) => unreachable!("returned above"),
        };
        Ok(quote! {
            #(#attributes)*
            pub(crate) async fn #name(&self, ctx: &async_graphql::Context<'_>) -> #result {
                #body
            }
        })
    }

    /// The resolver of a field that lists the children of a row.
    fn list(&self, ty: &Type) -> TokenStream {
        let (name, attributes) = (self.name(), &self.function.attrs);
        let call = self.call(&quote!(.map_err(|error| crate::error::unread(&error))?));
        quote! {
            #(#attributes)*
            async fn #name(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "Returns the first *n* items (1 to 100). Mutually exclusive with `last`.")]
                first: Option<i32>,
                #[graphql(desc = "Returns items after this cursor. Used with `first`.")]
                after: Option<String>,
                #[graphql(desc = "Returns the last *n* items (1 to 100). Mutually exclusive with `first`.")]
                last: Option<i32>,
                #[graphql(desc = "Returns items before this cursor. Used with `last`.")]
                before: Option<String>,
            ) -> async_graphql::Result<crate::connection::Connection<#ty>> {
                let paging = crate::root::Paging { first, after, last, before };
                crate::relation::many(ctx, #call, paging).await
            }
        }
    }

    /// The arm that adds what the field reads to a reading, and says whether its value is precomputed.
    pub(crate) fn read(&self) -> Result<TokenStream> {
        let name = self.schema_name();
        let columns = self.columns();
        let add = quote!(#(reading.add(const { Self::column(stringify!(#columns)) });)*);
        let body = match &self.kind {
            Kind::Value(ty) | Kind::Fallible(ty) => {
                let ty = without_lifetime(ty);
                quote!(#add <#ty as crate::value::Output>::covers(selection))
            }
            Kind::One(ty) | Kind::Required(ty) => {
                let via = self.via()?;
                quote!(crate::relation::read::<#ty>(selection, reading, #via, const { Self::column(stringify!(#(#columns)*)) }))
            }
            Kind::Many(_) | Kind::Resolver(_) => quote!(#add false),
        };
        Ok(quote!(#name => { #body }))
    }

    /// The match arm that returns whether the field's value can be precomputed, for an object that is not a row.
    pub(crate) fn covers(&self) -> TokenStream {
        let name = self.schema_name();
        match &self.kind {
            Kind::Value(ty) | Kind::Fallible(ty) => {
                let ty = without_lifetime(ty);
                quote!(#name => <#ty as crate::value::Output>::covers(selection))
            }
            Kind::One(_) | Kind::Required(_) | Kind::Many(_) | Kind::Resolver(_) => {
                quote!(#name => false)
            }
        }
    }

    /// The match arm that computes the field's value; `None` for a resolver.
    pub(crate) fn value(&self) -> Result<Option<TokenStream>> {
        let name = self.schema_name();
        let call = self.call(&quote!(.ok()?));
        let value = match &self.kind {
            Kind::Value(_) => quote!(crate::value::Output::value(&#call, selection, cx)),
            Kind::Fallible(_) => quote!(crate::value::Output::value(&#call.ok()?, selection, cx)),
            Kind::One(ty) => {
                let via = self.via()?;
                quote!(crate::relation::value::<_, #ty>(&self.0, #via, selection, cx, true))
            }
            Kind::Required(ty) => {
                let via = self.via()?;
                quote!(crate::relation::value::<_, #ty>(&self.0, #via, selection, cx, false))
            }
            Kind::Many(_) | Kind::Resolver(_) => return Ok(None),
        };
        Ok(Some(quote!(#name => #value)))
    }
}

impl Parameter {
    fn parse(argument: &FnArg) -> Result<Self> {
        let FnArg::Typed(argument) = argument else {
            return Ok(Self::Own);
        };
        let Pat::Ident(name) = &*argument.pat else {
            return Err(Error::new(
                argument.pat.span(),
                "a parameter must be the name of a column",
            ));
        };
        if name.ident == "cx" {
            return Ok(Self::Context);
        }
        let pass = match &*argument.ty {
            Type::Reference(_) => Pass::Reference,
            ty => match inner(ty, "Option") {
                Some(Type::Reference(_)) => Pass::OptionalReference,
                _ => Pass::Copy,
            },
        };
        Ok(Self::Column(name.ident.clone(), pass))
    }
}

impl Kind {
    fn parse(output: &ReturnType) -> Result<Self> {
        let ReturnType::Type(_, ty) = output else {
            return Err(Error::new(output.span(), "a field must have a return type"));
        };
        Ok(if let Some(ty) = inner(ty, "One") {
            Self::One(ty.clone())
        } else if let Some(ty) = inner(ty, "Required") {
            Self::Required(ty.clone())
        } else if let Some(ty) = inner(ty, "Many") {
            Self::Many(ty.clone())
        } else if let Some(ty) = inner(ty, "Result") {
            Self::Fallible(ty.clone())
        } else {
            Self::Value((**ty).clone())
        })
    }
}

/// The type argument of a generic type with this name, such as `Option`.
fn inner<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(ty) if last.ident == name => Some(ty),
        _ => None,
    }
}

/// Makes the elided lifetimes of a type `'static`, for positions in which they cannot be elided.
fn without_lifetime(ty: &Type) -> TokenStream {
    if let Type::Reference(reference) = ty {
        let target = &reference.elem;
        return quote!(&'static #target);
    }
    if let Some(optional @ Type::Reference(_)) = inner(ty, "Option") {
        let optional = without_lifetime(optional);
        return quote!(Option<#optional>);
    }
    quote!(#ty)
}

/// The doc comments among attributes.
pub(crate) fn docs(attributes: &[Attribute]) -> Vec<&Attribute> {
    let docs = attributes.iter().filter(|one| one.path().is_ident("doc"));
    docs.collect()
}
