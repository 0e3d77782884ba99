//! Each reader of strangers' bytes, with a bounded number of inputs.
#![cfg(test)]

use gibbon_strangers::TARGETS;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// Runs the target that is called so.
fn holds(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("there is such a target");
    let mut runner = TestRunner::new(Config { cases: 1500, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&(target.inputs)(), |bytes| {
        (target.check)(&bytes);
        Ok::<_, TestCaseError>(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

macro_rules! targets {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            holds(stringify!($name));
        })*

        #[test]
        fn every_target_is_run() {
            let known = [$(stringify!($name)),*];
            assert!(TARGETS.iter().all(|target| known.contains(&target.name)));
        }
    };
}

targets!(
    admin_bodies,
    answers,
    declarative_yaml,
    expressions,
    forwarded_headers,
    hmac_parameters,
    jwk,
    jws_parse,
    jwt_plugin,
    path_normalize,
    pem_key,
    proxy_protocol,
    query_arguments,
    requests,
);
