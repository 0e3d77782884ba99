use gibbon_store::Count;

use crate::world::{Backend, World};

fn count(name: &str, window_start: i64, amount: i64) -> Count {
    Count { name: name.to_owned(), window_start, amount, expires_at: window_start + 60 }
}

pub(crate) async fn an_addition_answers_with_the_counts_after_it<B: Backend>() {
    let world = World::<B>::new().await;
    let both = [count("b", 60, 2), count("a", 60, 1)];
    assert_eq!(world.store.count(&both).await.unwrap(), [2, 1]);
    assert_eq!(world.store.count(&both).await.unwrap(), [4, 2]);
    assert_eq!(world.store.count(&[count("b", 60, -1)]).await.unwrap(), [3]);
    assert_eq!(world.store.count(&[]).await.unwrap(), Vec::<i64>::new());
}

pub(crate) async fn every_window_has_a_count_of_its_own<B: Backend>() {
    let world = World::<B>::new().await;
    let windows = [count("a", 60, 5), count("a", 120, 7)];
    assert_eq!(world.store.count(&windows).await.unwrap(), [5, 7]);
    assert_eq!(world.store.count(&[count("a", 60, 0)]).await.unwrap(), [5]);
}

pub(crate) async fn additions_at_once_are_all_counted<B: Backend>() {
    let world = World::<B>::new().await;
    let add = || async {
        for _ in 0..10 {
            world.store.count(&[count("a", 0, 1), count("b", 0, 1)]).await.unwrap();
        }
    };
    tokio::join!(add(), add(), add(), add());
    assert_eq!(world.store.count(&[count("a", 0, 0), count("b", 0, 0)]).await.unwrap(), [40, 40]);
}

pub(crate) async fn counts_make_no_revision<B: Backend>() {
    let world = World::<B>::new().await;
    let before = world.store.revision().await.unwrap();
    world.store.count(&[count("a", 0, 1)]).await.unwrap();
    assert_eq!(world.store.revision().await.unwrap(), before);
}

pub(crate) async fn counts_whose_time_is_over_can_be_forgotten<B: Backend>() {
    let world = World::<B>::new().await;
    let windows = [count("a", 0, 1), count("a", 60, 1)];
    world.store.count(&windows).await.unwrap();
    world.store.forget_counts(60).await.unwrap();
    assert_eq!(world.store.count(&windows.map(|count| Count { amount: 0, ..count })).await.unwrap(), [0, 1]);
}
