use super::check;
use super::growth;
use super::world::{CONFIGURATIONS, NOW};

#[test]
fn what_holds_of_all_tokens_holds_of_large_ones() {
    growth::large().for_each(|bytes| check(&bytes));
}

#[test]
fn the_right_tokens_are_accepted() {
    let world = super::WORLD.with(|world| {
        let accepts = |bytes: &[u8]| {
            let case = super::Case::read(bytes).unwrap();
            let sent = super::Sent::of(&case).unwrap();
            world.alone.send(world.plugin(case.configuration), sent.head(), NOW).reply.is_none()
        };
        super::cases::examples().iter().filter(|bytes| accepts(bytes)).map(|bytes| bytes[0]).collect::<Vec<_>>()
    });
    for configuration in 0..CONFIGURATIONS {
        assert!(world.contains(&configuration), "nothing gets through configuration {configuration}");
    }
}
