//! Transactions that panic, are dropped or are aborted midway leave nothing behind: no row, no lock, no open
//! transaction, and no connection that still speaks for another tenant.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use outlay_entity::tenant::category::{ActiveModel, Column, Entity};
use outlay_tenancy::{Tenancy, TenantAccess, TenantRoles};
use outlay_tests::no_transactions;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

const TENANTS: usize = 8;
const TRANSACTIONS: usize = 3_000;

/// How a transaction ends.
#[derive(Debug, Clone, Copy)]
enum End {
    Commit,
    Release,
    Drop,
    Panic,
    Abort(u64),
    /// Its statement fails, and it tries to commit all the same.
    Fail,
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        4 => Just(End::Commit),
        1 => Just(End::Release),
        2 => Just(End::Drop),
        2 => Just(End::Panic),
        3 => (0_u64..3_000).prop_map(End::Abort),
        1 => Just(End::Fail),
    ]
}

/// Writes a category that bears the tenant's name, sees none of another's, and ends as told; whether it must last.
async fn transact(tenancy: &Tenancy, access: &TenantAccess, end: End) -> bool {
    let db = tenancy.write(access);
    let slug = access.tenant().slug().to_owned();
    let id = Uuid::now_v7();
    let row = ActiveModel {
        id: Set(id.into()),
        name: Set(format!("{slug} {id}")),
        ..Default::default()
    };
    row.insert(&db).await.expect("written");
    let foreign = Entity::find()
        .filter(Column::Name.not_like(format!("{slug} %")))
        .all(&db)
        .await
        .expect("read");
    assert!(foreign.is_empty(), "{slug} saw {foreign:?}");
    match end {
        End::Commit => db.commit().await.expect("committed"),
        End::Release => db.release().await,
        End::Panic => panic!("on purpose"),
        End::Fail => {
            let twice = ActiveModel {
                id: Set(id.into()),
                name: Set("twice".into()),
                ..Default::default()
            };
            twice.insert(&db).await.expect_err("the id is taken");
            Entity::find()
                .all(&db)
                .await
                .expect_err("the transaction has failed");
            db.commit().await.expect_err("nothing to commit");
        }
        End::Drop | End::Abort(_) => drop(db),
    }
    matches!(end, End::Commit)
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_that_end_badly_leave_nothing_behind() {
    let (tenancy, url) = super::open(3, TenantRoles::Shared).await;
    let tenancy = Arc::new(tenancy);
    let mut tenants = Vec::new();
    for _ in 0..TENANTS {
        tenants.push(super::tenant(&tenancy).await);
    }
    // A panic on purpose is not news.
    std::panic::set_hook(Box::new(|info| {
        if !info.to_string().contains("on purpose") {
            eprintln!("{info}");
        }
    }));
    let script = prop::collection::vec((0..TENANTS, end()), TRANSACTIONS);
    let script = script
        .new_tree(&mut TestRunner::default())
        .expect("a script")
        .current();
    let mut committed = vec![0; TENANTS];
    let mut done = stream::iter(script)
        .map(|(index, end)| {
            let (tenancy, access) = (tenancy.clone(), tenants[index].clone());
            async move {
                let work = tokio::spawn(async move { transact(&tenancy, &access, end).await });
                if let End::Abort(micros) = end {
                    tokio::time::sleep(Duration::from_micros(micros)).await;
                    work.abort();
                }
                (index, end, work.await)
            }
        })
        .buffer_unordered(24);
    while let Some((index, end, outcome)) = done.next().await {
        match (end, outcome) {
            (End::Panic, outcome) => assert!(outcome.is_err()),
            (End::Abort(_), _) => {}
            (_, outcome) => {
                committed[index] += usize::from(outcome.expect("it sees its own rows alone"));
            }
        }
    }
    drop(done);
    for (access, committed) in tenants.iter().zip(committed) {
        let db = tenancy.read(access);
        let rows = Entity::find().all(&db).await.expect("read");
        db.release().await;
        assert_eq!(rows.len(), committed, "{}", access.tenant().slug());
    }
    no_transactions(
        &url,
        "datname = current_database() AND xact_start IS NOT NULL",
    )
    .await;
}
