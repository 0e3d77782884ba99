use super::testing::members;
use super::*;

const ALL: [Algorithm; 4] = [
    Algorithm::RoundRobin,
    Algorithm::ConsistentHashing { slots: 1000 },
    Algorithm::LeastConnections,
    Algorithm::Latency,
];

fn table(weights: &[u32], algorithm: Algorithm, threshold: f64) -> Table {
    Table::new(members(weights), algorithm, Checks::On, threshold, Duration::ZERO)
}

fn wish(turn: u64) -> Wish<'static> {
    Wish { hash: Some(crate::hash::of(&turn.to_le_bytes())), turn, ..Wish::default() }
}

#[test]
fn nobody_is_chosen_where_nobody_is_there() {
    for algorithm in ALL {
        assert_eq!(table(&[], algorithm, 0.0).choose(&wish(1)), Err(NoPeer::NoneAvailable), "{algorithm:?}");
        assert_eq!(table(&[0, 0], algorithm, 0.0).choose(&wish(1)), Err(NoPeer::NoneAvailable), "{algorithm:?}");
        let table = table(&[1, 1], algorithm, 0.0);
        table.members().iter().for_each(|member| {
            member.peer.force(Health::Unhealthy);
        });
        assert_eq!(table.choose(&wish(1)), Err(NoPeer::NoneAvailable), "{algorithm:?}");
    }
}

#[test]
fn who_has_no_weight_or_is_unhealthy_is_never_chosen() {
    for algorithm in ALL {
        let table = table(&[5, 0, 5, 5], algorithm, 0.0);
        table.members()[2].peer.force(Health::Unhealthy);
        for turn in 0..200 {
            assert!([0, 3].contains(&table.choose(&wish(turn)).unwrap()), "{algorithm:?}");
        }
    }
}

#[test]
fn without_checks_a_verdict_does_not_count() {
    let table = Table::new(members(&[5]), Algorithm::RoundRobin, Checks::Off, 0.0, Duration::ZERO);
    table.members()[0].peer.force(Health::Unhealthy);
    assert_eq!(table.choose(&wish(0)), Ok(0));
    assert_eq!(table.weights(), (5, 5));
}

#[test]
fn a_request_that_failed_goes_to_another_one_until_all_have_been_tried() {
    for algorithm in ALL {
        let table = table(&[10, 20, 30], algorithm, 0.0);
        for turn in 0..50 {
            let first = table.choose(&wish(turn)).unwrap();
            let second = table.choose(&Wish { tried: &[first], ..wish(turn) }).unwrap();
            let third = table.choose(&Wish { tried: &[first, second], ..wish(turn) }).unwrap();
            let mut tried = [first, second, third];
            tried.sort_unstable();
            assert_eq!(tried, [0, 1, 2], "{algorithm:?}");
            assert!(table.choose(&Wish { tried: &tried, ..wish(turn) }).is_ok(), "{algorithm:?}");
        }
    }
}

#[test]
fn below_the_threshold_nobody_is_chosen() {
    let table = table(&[25, 25, 50], Algorithm::RoundRobin, 50.0);
    assert!(table.choose(&wish(0)).is_ok());
    table.members()[0].peer.force(Health::Unhealthy);
    assert!(table.is_healthy() && table.choose(&wish(0)).is_ok());
    table.members()[1].peer.force(Health::Unhealthy);
    assert_eq!((table.choose(&wish(0)), table.weights()), (Err(NoPeer::BelowThreshold), (100, 50)));
}

#[test]
fn what_there_is_nothing_to_hash_of_goes_round() {
    let table = table(&[1, 1], Algorithm::ConsistentHashing { slots: 1000 }, 0.0);
    let chosen: Vec<_> = (0..4).map(|turn| table.choose(&Wish { hash: None, ..wish(turn) }).unwrap()).collect();
    assert_eq!(chosen, [0, 1, 0, 1]);
}

#[test]
fn only_the_algorithms_that_want_to_know_are_told() {
    for algorithm in ALL {
        let table = table(&[1], algorithm, 0.0);
        assert_eq!(table.begin(0).is_some(), algorithm == Algorithm::LeastConnections);
        table.answered(0, Duration::from_secs(1), Duration::from_secs(1));
        let average = table.members()[0].peer.latency.average(Duration::from_secs(1));
        assert_eq!(average > 0.0, algorithm == Algorithm::Latency);
    }
}
