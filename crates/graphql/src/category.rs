//! Categories in the schema.

use outlay_derive::fields;
use outlay_domain::{
    Delete,
    category::{self as categories, CreateCategory, UpdateCategory},
    entity::tenant::category,
};

use crate::{
    input::input,
    payload::{deletion, mutations, payload},
    root::query,
};

/// A kind of spending.
#[fields(category)]
impl Category {
    /// Name, unique in the organization regardless of case.
    fn name(name: &str) -> &str {
        name
    }
}

query! {
    /// Queries about categories.
    CategoryQuery of Category;
    /// The organization's categories, ordered by name.
    categories() -> Field |cx, request, fetch| categories::list(cx, request, fetch).await;
    /// The category with this id. `null` when it does not exist.
    category;
}

input! {
    /// A new category.
    CreateCategoryInput => CreateCategory {
        /// Name, 1 to 200 characters, unique in the organization regardless of case.
        name: String,
    }
}

input! {
    /// Changes to a category. Omitted fields stay unchanged.
    UpdateCategoryInput => UpdateCategory, of "category" {
        /// Name, 1 to 200 characters, unique in the organization regardless of case.
        name: Option<String>,
    }
}

payload! {
    CreateCategoryPayload "createCategory", UpdateCategoryPayload "updateCategory": category Category
}

deletion! {
    DeleteCategoryInput, DeleteCategoryPayload "deleteCategory", "category": Delete<category::Entity>
}

mutations! {
    /// Mutations of categories.
    CategoryMutation;
    /// Creates a category. For owners, admins and finance.
    create_category(CreateCategoryInput) -> CreateCategoryPayload by write;
    /// Changes a category. For owners, admins and finance.
    update_category(UpdateCategoryInput) -> UpdateCategoryPayload by write;
    /// Deletes a category that nothing refers to. For owners, admins and finance.
    delete_category(DeleteCategoryInput) -> DeleteCategoryPayload by delete;
}
