//! The known name that a mistyped one was probably meant to be.

/// The candidate with the fewest single-character changes from `word`, if that is few enough to be a slip.
pub(crate) fn nearest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let most = match word.len() {
        0..=3 => return None,
        4..=8 => 1,
        9..=64 => 2,
        // No key is as long as that, and the comparison costs the product of the lengths.
        _ => return None,
    };
    candidates.map(|name| (distance(word, name), name)).filter(|(d, _)| *d <= most).min().map(|(_, name)| name)
}

/// Levenshtein distance over bytes; both are names of settings, so bytes are characters.
fn distance(a: &str, b: &str) -> usize {
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.bytes().enumerate() {
        let mut current = vec![row + 1];
        for (column, right) in b.bytes().enumerate() {
            let replaced = previous[column] + usize::from(left != right);
            current.push(replaced.min(previous[column + 1] + 1).min(current[column] + 1));
        }
        previous = current;
    }
    previous[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let names = ["proxy_listen", "log_level", "prefix"];
        assert_eq!(nearest("proxy_listem", names.into_iter()), Some("proxy_listen"));
        assert_eq!(nearest("loglevel", names.into_iter()), Some("log_level"));
        assert_eq!(nearest("something_else", names.into_iter()), None);
        assert_eq!(nearest("pre", names.into_iter()), None);
    }
}
