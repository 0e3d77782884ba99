//! Under which names a certificate for a server name may be kept.

/// The star that stands for every name.
pub const EVERY_NAME: &str = "*";

/// The name itself, then with a star for its first label, then with one for its last. `name` is in lower case.
pub fn candidates(name: &str) -> impl Iterator<Item = String> {
    let first = name.split_once('.').map(|(_, rest)| format!("*.{rest}"));
    let last = name.rsplit_once('.').map(|(start, _)| format!("{start}.*"));
    [Some(name.to_owned()), first, last].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn the_name_itself_comes_before_stars_and_a_star_stands_for_one_label() {
        let found: Vec<_> = candidates("a.example.com").collect();
        assert_eq!(found, ["a.example.com", "*.example.com", "a.example.*"]);
        assert_eq!(candidates("localhost").collect::<Vec<_>>(), ["localhost"]);
    }
}
