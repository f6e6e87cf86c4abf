//! What expenses nest, read together with them: seen in the selection before its fields ask.

use async_graphql::{Context, Lookahead, parser::types::SelectionSet};
use outlay_domain::expense::{Reading, Related, Relation};

use super::Expense;
use crate::{
    at_hand::{every, foreseen},
    budget::Budget,
    category::Category,
    department::Department,
    loader::Ahead,
    member::Member,
    money::Money,
};

/// What a list of expenses is to read.
pub(super) fn of_list(ctx: &Context<'_>) -> Reading {
    let list = ctx.look_ahead();
    let nodes = [list.field("edges").field("node"), list.field("nodes")];
    Reading {
        relations: relations(&nodes),
        counted: list.field("totalCount").exists(),
        alone: is_whole_operation(ctx) && list_is_foreseen(&ctx.item.node.selection_set.node),
    }
}

/// What the payload of a mutation is to read for the expense that it shows.
pub(super) fn of_payload(ctx: &Context<'_>) -> Reading {
    let payload = &ctx.item.node.selection_set.node;
    Reading {
        relations: relations(&[ctx.look_ahead().field("expense")]),
        counted: false,
        alone: is_whole_operation(ctx)
            && every(payload, |name, fields| {
                name != "expense" || expense_is_foreseen(fields)
            }),
    }
}

/// Gives the rows to the fields that will ask for them.
pub(super) fn keep(related: Related, ahead: &Ahead) {
    ahead.member.keep(related.members);
    ahead.department.keep(related.departments);
    ahead.category.keep(related.categories);
    ahead.budget.keep(related.budgets);
}

/// The relations that are selected of any of these expenses.
fn relations(expenses: &[Lookahead<'_>]) -> Vec<Relation> {
    let wanted = |(field, nested, _): &(&str, Option<&str>, Relation)| {
        expenses.iter().any(|expense| {
            let field = expense.field(field);
            nested.map_or(field.exists(), |nested| field.field(nested).exists())
        })
    };
    let paths = [
        ("member", None, Relation::Member),
        ("member", Some("department"), Relation::MemberDepartment),
        ("department", None, Relation::Department),
        ("category", None, Relation::Category),
        ("budget", None, Relation::Budget),
        ("budget", Some("department"), Relation::BudgetDepartment),
    ];
    let wanted = paths.into_iter().filter(wanted);
    wanted.map(|(_, _, relation)| relation).collect()
}

/// Whether the field is all that the operation asks for.
fn is_whole_operation(ctx: &Context<'_>) -> bool {
    let operation = &ctx.query_env.operation.node;
    operation.selection_set.node.items.len() == 1
}

/// Whether a page of expenses, read with its count and relations, answers all of this.
fn list_is_foreseen(list: &SelectionSet) -> bool {
    let edge_is_foreseen =
        |name: &str, fields: &SelectionSet| name != "node" || expense_is_foreseen(fields);
    every(list, |name, fields| match name {
        "totalCount" | "pageInfo" => true,
        "edges" => every(fields, edge_is_foreseen),
        "nodes" => expense_is_foreseen(fields),
        _ => false,
    })
}

/// Whether an expense, read with its relations, answers all of this.
fn expense_is_foreseen(expense: &SelectionSet) -> bool {
    let plain = |_: &str, _: &SelectionSet| false;
    let with_department = |name: &str, fields: &SelectionSet| {
        name == "department" && foreseen::<Department>(fields, plain)
    };
    foreseen::<Expense>(expense, |name, fields| match name {
        "amount" => foreseen::<Money>(fields, plain),
        "department" => foreseen::<Department>(fields, plain),
        "category" => foreseen::<Category>(fields, plain),
        "member" => foreseen::<Member>(fields, with_department),
        "budget" => foreseen::<Budget>(fields, with_department),
        _ => false,
    })
}
