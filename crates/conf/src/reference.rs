//! The two documents that are written from the table of keys.

use crate::elsewhere::{self, Standing};
use crate::key::{KeyDoc, keys, sections};
use crate::kong::{self, KongKey};
use std::fmt::Write as _;

const PAGE_HEAD: &str = "\
# Settings

<!-- Written from the declarations in `crates/conf/src/section`; renewed by its tests when UPDATE=1 is set. -->

A gateway needs no settings: every one has a default. They are read from these places, of which a later one wins:

1. the defaults in the tables below;
2. a file: the one that `-c` names, else the first of `/etc/gibbon/gibbon.conf`, `/etc/gibbon.conf`,
   `/etc/kong/kong.conf` and `/etc/kong.conf` that is there;
3. environment variables `KONG_<KEY>`, with the key in upper case;
4. environment variables `GIBBON_<KEY>`;
5. options of the command.

The file has lines of `key = value`. A line that starts with `#` or `;` is a comment, and so is the rest of a line from a
`#` on; write `\\#` for one that belongs to the value. A line that ends in `\\` goes on in the next one. Quotes are part of the
value. An empty value means the default. A value may be a reference to a secret, `{vault://env/my-secret}`
(see [Vaults](#vaults)), and is then never shown as what it stands for. [`gibbon.conf.default`](gibbon.conf.default) lists every key.

`gibbon check <file>` reads a file and reports everything that is wrong with it at once. A key that has no effect is named in a
warning when the gateway starts.

- A *size* is a number of bytes, or has `k`, `m` or `g` behind it.
- A *time* is a number of seconds, or has `ms`, `s`, `m`, `h` or `d` behind it.
- A *list* has commas between its elements.
- *Listeners* are a list of `<ip>:<port>`, each with flags behind it; the IP of version 6 stands in brackets.
- A *path* that is relative starts at the prefix.
";

const PAGE_TAIL: &str = "
## Settings of Kong without effect

These are known from Kong 3.10. They may stay in a file: each is named in a warning with the reason, unless its value asks for
what is the case anyway. *Not yet* says that what the key steers is not there in this version; *no meaning*, that there is
nothing here that it could steer. The defaults are Kong's.
";

const REST_HEAD: &str = "
### By the beginnings of their names

So are these, among them the directives that Kong passes on to nginx (`nginx_http_gzip`) and the keys of Kong Enterprise.

| keys | | why they have no effect |
| --- | --- | --- |
";

/// The reference page `docs/configuration.md`.
#[must_use]
pub fn configuration_page() -> String {
    let mut page = PAGE_HEAD.to_owned();
    for section in sections() {
        let _ = write!(
            page,
            "\n## {}\n\n| key | default | value | what it does |\n| --- | --- | --- | --- |\n",
            section.title
        );
        for key in section.keys {
            let default = if key.default.is_empty() { String::new() } else { format!("`{}`", key.default) };
            let _ = writeln!(page, "| `{}` | {default} | {} | {}{} |", key.name, key.kind.words(), key.doc, also(key));
        }
    }
    page.push_str(PAGE_TAIL);
    for (title, keys) in kong::GROUPS {
        let without_effect: Vec<_> = keys.iter().filter(|key| !is_setting(key.name)).collect();
        if without_effect.is_empty() {
            continue;
        }
        let head = "| key | default | what it does in Kong | | why it has no effect |\n| --- | --- | --- | --- | --- |";
        let _ = writeln!(page, "\n### {title}\n\n{head}");
        without_effect.into_iter().for_each(|key| page.push_str(&line_of_kong(key)));
    }
    page.push_str(REST_HEAD);
    for row in elsewhere::TABLE {
        let names: Vec<_> = row.names.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "| {} | {} | {} |", names.join(", "), standing(row.standing), row.reason);
    }
    page
}

fn is_setting(name: &str) -> bool {
    keys().any(|key| key.name == name || key.aliases.contains(&name))
}

fn line_of_kong(key: &KongKey) -> String {
    let default = if key.default.is_empty() { String::new() } else { format!("`{}`", key.default) };
    let row = elsewhere::find(&key.name.replace("XXX", "x"));
    let (standing, reason) = row.map_or(("", ""), |row| (standing(row.standing), row.reason));
    format!("| `{}` | {default} | {} | {standing} | {reason} |\n", key.name, key.meaning)
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::NotYet => "not yet",
        Standing::NoMeaning => "no meaning",
    }
}

fn also(key: &KeyDoc) -> String {
    let names: Vec<_> = key.aliases.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!(" Also known as {}.", names.join(", ")) }
}

/// The sample file `docs/gibbon.conf.default`: every key with its default, commented out.
#[must_use]
pub fn sample_file() -> String {
    let mut sample = "\
# Settings of a Gibbon gateway.
#
# Every key stands here with its default behind a `#`; take the `#` away to change it. Environment variables win over this
# file: GIBBON_<KEY> or KONG_<KEY>, in upper case. `gibbon check <file>` tells what is wrong with a file.
#
# Written from the declarations of the keys; docs/configuration.md says the same as a table.
"
    .to_owned();
    for section in sections() {
        let _ = write!(sample, "\n\n# {} {}\n", section.title, "-".repeat(117 - section.title.len()));
        for key in section.keys {
            let doc = format!("{}{}", key.doc, also(key)).replace('`', "");
            let _ = writeln!(sample, "\n{}", wrapped(&doc));
            let _ = writeln!(sample, "#{} = {}", key.name, key.default);
        }
    }
    sample.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Comment lines of at most 120 characters.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split_ascii_whitespace() {
        if lines.last().is_some_and(|line| line.chars().count() + 1 + word.chars().count() > 120) {
            lines.push(String::from("#"));
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}
