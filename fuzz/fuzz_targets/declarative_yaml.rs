//! libFuzzer for `gibbon_strangers::declarative_yaml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::declarative_yaml::check(bytes));
