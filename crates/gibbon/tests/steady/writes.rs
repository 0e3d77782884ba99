//! Settings, certificates and records change under load.

use crate::world::World;

#[test]
fn no_request_is_lost_when_settings_are_read_again() {
    let world = World::start();
    world.under_load(|load| {
        for level in ["debug", "info", "notice"] {
            world.configure(&format!("log_level = {level}\n"));
            world.run(&["reload"]);
            load.go_on();
            world.place.kill("-HUP");
            load.go_on();
        }
    });
}

#[test]
fn no_request_is_lost_when_certificates_change() {
    let world = World::start();
    world.under_load(|load| {
        for _ in 0..10 {
            world.show_new_certificate();
            load.go_on();
        }
    });
}

#[test]
fn no_request_is_lost_in_a_storm_of_writes() {
    let world = World::start();
    world.write("/upstreams", "name=pool");
    world.under_load(|_| {
        for number in 0..200 {
            world.write("/services/echo/routes", &format!("name=r{number}&paths[]=/r{number}"));
            world.write(&format!("/routes/r{number}/plugins"), "name=correlation-id");
            world.write("/upstreams/pool/targets", &format!("target=127.0.0.1:{}", 10_000 + number));
            world.write("/consumers", &format!("username=u{number}"));
            world.write(&format!("/consumers/u{number}/jwt"), &format!("key=k{number}"));
        }
    });
}
