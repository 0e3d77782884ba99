//! What is begun is finished: no macro or remark that leaves work for later.

use super::tree::File;
use crate::problems::Problems;

/// Marks of unfinished work, written in two halves so that this file does not find itself.
const MARKS: &[(&str, &str)] = &[("to", "do!("), ("unimple", "mented!("), ("FIX", "ME"), ("TO", "DO")];

/// Marks of unfinished work in sources and scripts, each with its line.
pub(crate) fn check(files: &[File]) -> Problems {
    files.iter().filter(|file| !file.path.ends_with(".md")).flat_map(marks).collect()
}

fn marks(file: &File) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    lines.filter_map(|(number, line)| Some(format!("{}:{}: `{}`", file.path, number + 1, mark(line)?))).collect()
}

fn mark(line: &str) -> Option<String> {
    MARKS.iter().map(|(head, tail)| format!("{head}{tail}")).find(|mark| line.contains(mark.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::tree::file;
    use super::*;

    #[test]
    fn unfinished_work_is_named_with_its_line() {
        let unfinished = format!("fn f() {{\n    {}{})\n}}\n", "to", "do!(");
        let problems = check(&[file("crates/x/src/a.rs", unfinished)]);
        assert_eq!(problems.texts(), [format!("crates/x/src/a.rs:2: `{}{}`", "to", "do!(")]);
    }

    #[test]
    fn prose_may_speak_of_it() {
        assert_eq!(check(&[file("docs/a.md", format!("{}{}", "TO", "DO"))]), Problems::default());
    }
}
