//! Writing categories.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use outlay_domain::{
    category::{CreateCategory, DeleteCategory, UpdateCategory},
    value::Name,
};

use super::Category;
use crate::{
    context::ContextExt,
    error::{Answer, UserError, answer},
    id::Kind,
};

/// A new category.
#[derive(InputObject)]
pub struct CreateCategoryInput {
    /// Its name, 1 to 200 characters, unique in the organization whatever the case.
    name: String,
    /// Makes a repeated request safe: the same key gives the first answer again. 1 to 100 characters.
    idempotency_key: Option<String>,
}

impl CreateCategoryInput {
    fn parse(&self) -> outlay_domain::Result<CreateCategory> {
        Ok(CreateCategory {
            name: Name::parse("name", &self.name)?,
        })
    }
}

/// A change of a category; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateCategoryInput {
    /// Global id of the category.
    id: ID,
    /// The version that the change is made to.
    version: i32,
    /// Its name.
    name: Option<String>,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

impl UpdateCategoryInput {
    fn parse(&self) -> outlay_domain::Result<UpdateCategory> {
        Ok(UpdateCategory {
            id: Kind::Category.parse("id", &self.id)?,
            version: self.version,
            name: self
                .name
                .as_ref()
                .map(|name| Name::parse("name", name))
                .transpose()?,
        })
    }
}

/// Which category to delete.
#[derive(InputObject)]
pub struct DeleteCategoryInput {
    /// Global id of the category.
    id: ID,
    /// The version that the caller has seen.
    version: i32,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

/// What became of `createCategory`.
#[derive(SimpleObject)]
pub struct CreateCategoryPayload {
    /// The new category; null when there are errors.
    category: Option<Category>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `updateCategory`.
#[derive(SimpleObject)]
pub struct UpdateCategoryPayload {
    /// The category as it is now; null when there are errors.
    category: Option<Category>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `deleteCategory`.
#[derive(SimpleObject)]
pub struct DeleteCategoryPayload {
    /// Global id of the category that is gone; null when there are errors.
    deleted_id: Option<ID>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// Mutations of categories.
#[derive(Default)]
pub struct CategoryMutation;

#[Object]
impl CategoryMutation {
    /// Makes a category. For owners, admins and finance.
    async fn create_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new category.")] input: CreateCategoryInput,
    ) -> Answer<CreateCategoryPayload> {
        let done = async {
            ctx.request()
                .write(&input.parse()?, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| CreateCategoryPayload {
            category: row.map(Into::into),
            errors,
        })
    }

    /// Changes a category. For owners, admins and finance.
    async fn update_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateCategoryInput,
    ) -> Answer<UpdateCategoryPayload> {
        let done = async {
            ctx.request()
                .write(&input.parse()?, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| UpdateCategoryPayload {
            category: row.map(Into::into),
            errors,
        })
    }

    /// Deletes a category that nothing refers to any more. For owners, admins and finance.
    async fn delete_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which category.")] input: DeleteCategoryInput,
    ) -> Answer<DeleteCategoryPayload> {
        let done = async {
            let id = Kind::Category.parse("id", &input.id)?;
            let command = DeleteCategory {
                id,
                version: input.version,
            };
            ctx.request()
                .write(&command, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |deleted, errors| DeleteCategoryPayload {
            deleted_id: deleted.map(|gone| Kind::Category.id(gone.0)),
            errors,
        })
    }
}
