//! Long files are rooms that want a wall: a warning first, then a failure.

use super::tree::File;
use crate::problems::Problems;

/// How long a file of a kind may be, in lines.
struct Limit {
    warn: usize,
    fail: usize,
    /// What to do about it.
    advice: &'static str,
}

const SOURCE: Limit = Limit { warn: 400, fail: 600, advice: "split it by noun" };
const TESTS: Limit = Limit { warn: 600, fail: 1000, advice: "split it by what is specified" };
const FRONT: Limit = Limit { warn: 60, fail: 120, advice: "a crate's front holds docs, modules and re-exports" };
const INLINE_TESTS: Limit = Limit { warn: 150, fail: 300, advice: "move them to `tests.rs` beside the file" };

/// What is over the second number.
pub(crate) fn check(files: &[File]) -> Problems {
    over(files, |limit| limit.fail)
}

/// What is over the first number but not over the second.
pub(crate) fn warnings(files: &[File]) -> Vec<String> {
    let sizes = files.iter().filter(|file| file.is_rust()).flat_map(sizes);
    sizes.filter(|(_, lines, limit)| (limit.warn + 1..=limit.fail).contains(lines)).map(sentence).collect()
}

fn over(files: &[File], number: fn(&Limit) -> usize) -> Problems {
    let sizes = files.iter().filter(|file| file.is_rust()).flat_map(sizes);
    sizes.filter(|(_, lines, limit)| *lines > number(limit)).map(sentence).collect()
}

fn sentence((what, lines, limit): (String, usize, &Limit)) -> String {
    format!("{what}: {lines} lines, aim for {} and never over {}; {}", limit.warn, limit.fail, limit.advice)
}

/// What is measured in a file: the file without its inline tests, and those tests.
fn sizes(file: &File) -> Vec<(String, usize, &'static Limit)> {
    let total = file.text.lines().count();
    let code = file.text.lines().position(|line| line == "#[cfg(test)]").unwrap_or(total);
    let code = if file.text.trim_end().ends_with('}') { code } else { total };
    let limit = limit_of(file);
    let mut sizes = vec![(file.path.clone(), code, limit)];
    if code < total {
        sizes.push((format!("{} (inline tests)", file.path), total - code, &INLINE_TESTS));
    }
    sizes
}

fn limit_of(file: &File) -> &'static Limit {
    match file.name() {
        "lib.rs" | "main.rs" if file.path.starts_with("crates/") && file.path.matches('/').count() == 3 => &FRONT,
        "tests.rs" => &TESTS,
        _ if file.path.contains("/tests/") => &TESTS,
        _ => &SOURCE,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::file;
    use super::*;

    fn lines(count: usize) -> String {
        "fn f() {}\n".repeat(count)
    }

    #[test]
    fn a_file_of_six_hundred_lines_is_warned_about_and_one_more_fails() {
        let long = [file("crates/x/src/a.rs", lines(600))];
        assert_eq!((check(&long), warnings(&long).len()), (Problems::default(), 1));
        let longer = [file("crates/x/src/a.rs", lines(601))];
        assert_eq!((check(&longer).texts().len(), warnings(&longer).len()), (1, 0));
    }

    #[test]
    fn inline_tests_are_measured_apart() {
        let text = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(599), lines(280));
        assert_eq!(check(&[file("crates/x/src/a.rs", text)]), Problems::default());
        let text = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", lines(300));
        assert_eq!(check(&[file("crates/x/src/a.rs", text)]).texts().len(), 1);
    }

    #[test]
    fn a_crates_front_stays_short() {
        assert_eq!(check(&[file("crates/x/src/lib.rs", lines(121))]).texts().len(), 1);
        assert_eq!(check(&[file("crates/x/src/main.rs", lines(121))]).texts().len(), 1);
        assert_eq!(check(&[file("crates/x/src/page.rs", lines(121))]), Problems::default());
    }

    #[test]
    fn files_of_tests_may_be_longer() {
        assert_eq!(check(&[file("crates/x/src/a/tests.rs", lines(900))]), Problems::default());
        assert_eq!(check(&[file("crates/x/tests/routes.rs", lines(900))]), Problems::default());
    }

    #[test]
    fn other_languages_are_not_measured() {
        assert_eq!(check(&[file("docs/long.md", lines(2000))]), Problems::default());
    }
}
