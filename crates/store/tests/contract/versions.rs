use gibbon_store::{Filter, PageRequest, StoreError};

use crate::kinds::{id, newer, service};
use crate::world::{Backend, World};

pub(crate) async fn a_newer_database_is_refused_by_name<B: Backend>() {
    let world = World::<B>::new().await;
    let name = world.backend.make_newer().await;
    let error = world.backend.open(world.options.clone()).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, StoreError::NewerVersion { found: 1_000, .. }), "{error:?}");
    assert!(error.to_string().contains(&name), "{error}");
}

pub(crate) async fn a_newer_record_is_refused_by_name<B: Backend>() {
    let world = World::<B>::new().await;
    let later = newer("services");
    let mut tx = world.store.begin().await.unwrap();
    tx.insert(&later, &service(1, "one")).await.unwrap();
    tx.commit().await.unwrap();
    let page = PageRequest { size: 10, after: None };
    let errors = [
        world.store.get("services", id(1)).await.map(|_| ()).unwrap_err(),
        world.store.find("services", "name", "one").await.map(|_| ()).unwrap_err(),
        world.store.page("services", &Filter::default(), page).await.map(|_| ()).unwrap_err(),
        world.store.load(&["services"]).await.map(|_| ()).unwrap_err(),
        world.store.changes_since(0).await.map(|_| ()).unwrap_err(),
    ];
    for error in errors {
        assert!(
            matches!(&error, StoreError::NewerVersion { what, found, known }
                if what.contains("`services`") && *found == later.version && *known == later.version - 1),
            "{error:?}"
        );
    }
}

pub(crate) async fn an_older_record_is_read<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one"))]).await;
    let mut options = world.options.clone();
    options.kinds = std::sync::Arc::new(vec![newer("services")]);
    let later = world.backend.open(options).await.unwrap();
    assert_eq!(later.get("services", id(1)).await.unwrap(), Some(service(1, "one")));
}
