//! Code generation for an object: its struct, its resolvers, and its precomputed fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, ImplItem, ImplItemFn, ItemImpl, Result, parse_quote, spanned::Spanned};

use crate::{
    Kind, Shown,
    field::{Field, docs},
};

pub(crate) fn expand(shown: Option<&Shown>, block: &ItemImpl) -> Result<TokenStream> {
    let declared = block.items.iter().map(|item| match item {
        ImplItem::Fn(function) => Field::parse(function.clone()),
        other => Err(Error::new(other.span(), "only fields can be declared here")),
    });
    let (first, last) = shown.map(common_fields).unwrap_or_default();
    let [first, last] = [first, last].map(|common| common.into_iter().map(Field::parse));
    let fields = first.chain(declared).chain(last);
    let fields = fields.collect::<Result<Vec<_>>>()?;
    let object = Object {
        block,
        fields: &fields,
    };
    let resolvers = object.resolvers()?;
    let rest = match shown {
        Some(shown) => object.row(shown)?,
        None => object.computed()?,
    };
    Ok(quote!(#resolvers #rest))
}

/// The fields common to all rows: those before and those after the declared fields.
fn common_fields(shown: &Shown) -> (Vec<ImplItemFn>, Vec<ImplItemFn>) {
    let Shown { entity, kind } = shown;
    let id = parse_quote! {
        /// Global id.
        fn id(id: outlay_domain::entity::Id<#entity::Entity>) -> async_graphql::ID {
            crate::id::encode(id)
        }
    };
    let created_at = parse_quote! {
        /// Time of creation.
        fn created_at(created_at: outlay_domain::Time) -> crate::scalar::DateTime {
            crate::scalar::DateTime(created_at)
        }
    };
    let version = parse_quote! {
        /// Version number, which each change increments. Pass it to the next change.
        fn version(version: i32) -> i32 {
            version
        }
    };
    let updated_at = parse_quote! {
        /// Time of the last change.
        fn updated_at(updated_at: outlay_domain::Time) -> crate::scalar::DateTime {
            crate::scalar::DateTime(updated_at)
        }
    };
    match kind {
        Kind::Versioned => (vec![id], vec![version, created_at, updated_at]),
        Kind::Immutable => (vec![id], vec![created_at]),
        Kind::Result => (Vec::new(), Vec::new()),
    }
}

struct Object<'a> {
    block: &'a ItemImpl,
    fields: &'a [Field],
}

impl Object<'_> {
    fn resolvers(&self) -> Result<TokenStream> {
        let (ty, attributes) = (&self.block.self_ty, &self.block.attrs);
        let (generics, _, bounds) = self.block.generics.split_for_impl();
        let functions = self.fields.iter().map(Field::function);
        let resolvers = self.fields.iter().map(Field::resolver);
        let resolvers = resolvers.collect::<Result<Vec<_>>>()?;
        Ok(quote! {
            impl #generics #ty #bounds {
                #(#functions)*
            }

            #(#attributes)*
            #[async_graphql::Object]
            impl #generics #ty #bounds {
                #(#resolvers)*
            }
        })
    }

    /// Generates an object that exposes a row of the entity.
    fn row(&self, Shown { entity, kind }: &Shown) -> Result<TokenStream> {
        let (ty, docs) = (&self.block.self_ty, docs(&self.block.attrs));
        let read = self.fields.iter().map(Field::read);
        let read = read.collect::<Result<Vec<_>>>()?;
        let values = self.values()?;
        let of_model = match kind {
            Kind::Result => quote!(),
            Kind::Versioned | Kind::Immutable => quote! {
                impl From<#entity::Model> for #ty {
                    fn from(row: #entity::Model) -> Self {
                        Self(std::sync::Arc::new(#entity::Row::from(row).into()))
                    }
                }
            },
        };
        Ok(quote! {
            #of_model

            #(#docs)*
            #[derive(Clone)]
            pub struct #ty(
                pub(crate) std::sync::Arc<outlay_domain::read::Fetched<#entity::Row>>,
            );

            impl #ty {
                const fn position(column: &str) -> usize {
                    outlay_domain::entity::position(
                        <#entity::Row as outlay_domain::entity::Record>::COLUMNS,
                        column,
                    )
                }

                const fn column(column: &str) -> outlay_domain::entity::Columns {
                    outlay_domain::entity::Columns::at(Self::position(column))
                }
            }

            impl From<std::sync::Arc<outlay_domain::read::Fetched<#entity::Row>>> for #ty {
                fn from(row: std::sync::Arc<outlay_domain::read::Fetched<#entity::Row>>) -> Self {
                    Self(row)
                }
            }

            impl crate::value::Fields for #ty {
                type Row = #entity::Row;

                fn row(&self) -> &#entity::Row {
                    &self.0
                }

                fn read(
                    field: &str,
                    selection: crate::value::Selection<'_>,
                    reading: &mut outlay_domain::read::Reading,
                ) -> bool {
                    match field {
                        #(#read,)*
                        _ => false,
                    }
                }
            }

            impl crate::value::Computed for #ty {
                fn field(
                    &self,
                    field: &str,
                    selection: &async_graphql::parser::types::SelectionSet,
                    cx: &outlay_domain::Context,
                ) -> Option<async_graphql::Value> {
                    #values
                }
            }
        })
    }

    /// Generates an object whose fields are all computed from the object itself.
    fn computed(&self) -> Result<TokenStream> {
        let ty = &self.block.self_ty;
        let covers = self.fields.iter().map(Field::covers);
        let values = self.values()?;
        Ok(quote! {
            impl crate::value::Computed for #ty {
                fn field(
                    &self,
                    field: &str,
                    selection: &async_graphql::parser::types::SelectionSet,
                    cx: &outlay_domain::Context,
                ) -> Option<async_graphql::Value> {
                    #values
                }
            }

            impl crate::value::Output for #ty {
                fn covers(selection: crate::value::Selection<'_>) -> bool {
                    selection.every(crate::select::ANY, &mut |field, selection| match field {
                        #(#covers,)*
                        _ => false,
                    })
                }

                fn value(
                    &self,
                    selection: &async_graphql::parser::types::SelectionSet,
                    cx: &outlay_domain::Context,
                ) -> Option<async_graphql::Value> {
                    crate::value::object(self, selection, cx)
                }
            }
        })
    }

    fn values(&self) -> Result<TokenStream> {
        let values = self
            .fields
            .iter()
            .filter_map(|field| field.value().transpose());
        let values = values.collect::<Result<Vec<_>>>()?;
        Ok(quote! {
            match field {
                #(#values,)*
                _ => None,
            }
        })
    }
}
