//! The requests. In each, `§` stands for the number of the case, so that what nginx has read can be told apart.

use gibbon_testkit::nginx::Read;

use crate::smuggling::CODINGS;

/// A case, and what has to come of it.
pub(super) struct Case {
    /// What the client sends.
    pub(super) bytes: String,
    outcome: Outcome,
}

enum Outcome {
    /// These requests get there, with their methods, targets and lengths of bodies; the connection goes on.
    Passed(Vec<(&'static str, String, usize)>),
    /// The same, and the connection ends.
    Last(Vec<(&'static str, String, usize)>),
    /// Nothing gets there; this is the one answer, and the connection ends.
    Refused(u16),
    /// Nothing gets there, and the connection goes on.
    Declined(u16),
}

impl Case {
    fn passed(bytes: impl Into<String>, read: &[(&'static str, &str, usize)]) -> Self {
        let read = read.iter().map(|(method, target, length)| (*method, (*target).to_owned(), *length)).collect();
        Self { bytes: bytes.into(), outcome: Outcome::Passed(read) }
    }

    fn last(bytes: impl Into<String>, read: &[(&'static str, &str, usize)]) -> Self {
        let read = read.iter().map(|(method, target, length)| (*method, (*target).to_owned(), *length)).collect();
        Self { bytes: bytes.into(), outcome: Outcome::Last(read) }
    }

    fn declined(bytes: impl Into<String>, status: u16) -> Self {
        Self { bytes: bytes.into(), outcome: Outcome::Declined(status) }
    }

    fn refused(bytes: impl Into<String>, status: u16) -> Self {
        Self { bytes: bytes.into(), outcome: Outcome::Refused(status) }
    }

    /// The statuses of the answers, that to the last request with them.
    pub(super) fn answers(&self) -> Vec<u16> {
        match &self.outcome {
            Outcome::Passed(read) => vec![200; read.len() + 1],
            Outcome::Last(read) => vec![200; read.len()],
            Outcome::Refused(status) => vec![*status],
            Outcome::Declined(status) => vec![*status, 200],
        }
    }

    /// What nginx has to read of it.
    pub(super) fn expected(&self, number: usize) -> Vec<Read> {
        let last = ("GET", "/§/last".to_owned(), 0);
        let read = match &self.outcome {
            Outcome::Passed(read) => read.iter().chain([&last]).cloned().collect(),
            Outcome::Last(read) => read.clone(),
            Outcome::Refused(_) => Vec::new(),
            Outcome::Declined(_) => vec![last],
        };
        let number = number.to_string();
        let read = read.into_iter().map(|(method, target, length)| Read {
            method: method.to_owned(),
            target: target.replace('§', &number),
            length,
        });
        read.collect()
    }
}

/// A POST with these lines behind its first, and this body.
fn post(lines: &str, body: &str) -> String {
    format!("POST /§/a HTTP/1.1\r\nHost: h\r\n{lines}\r\n\r\n{body}")
}

/// A GET with these lines behind its first.
fn get(lines: &str) -> String {
    format!("GET /§/a HTTP/1.1\r\n{lines}\r\n\r\n")
}

/// A POST whose body is in chunks.
fn chunked(body: &str) -> String {
    post("Transfer-Encoding: chunked", body)
}

/// Odd, and understood in one way.
pub(super) fn passed() -> Vec<Case> {
    let simple = [
        "\r\n\r\nGET /§/a HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(),
        get("Host:h"),
        get("Host: \t h \t"),
        get("HOST: h"),
        get("Host: h:80"),
        get("Host: [::1]:80"),
        get("Host: h\r\nX:"),
        get("Host: h\r\nX: \t"),
        get("Host: h\r\nX: a\tb"),
        get("Host: h\r\nX: \u{e9}"),
        get("Host: h\r\nX_Y: 1"),
        get("Host: h\r\n!#$%&'*+-.^_`|~: 1"),
        get("Host: h\r\nConnection: Host, X-A, X-Forwarded-For\r\nX-A: 1"),
        get("Host: h\r\nConnection: , ,"),
        get("Host: h\r\nTE: trailers, deflate"),
        get("Host: h\r\nTrailer: Content-Length"),
        get("Host: h\r\nExpect: 100-continue"),
        get(
            "Host: h\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
        ),
        get("Host: h\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade"),
        get("Host: h\r\nContent-Length: 0"),
        get("Host: h\r\nX-Content-Length: 5\r\nContent_Length: 5"),
        get("Host: h\r\nTransfer_Encoding: chunked"),
        "GET http://h/§/a HTTP/1.1\r\nHost: other\r\n\r\n".to_owned(),
        "GET HTTP://h:81/§/a HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(),
        "GET /§/a#fragment HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(),
        "GET /§/./b/..//a HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(),
        "GET //§/%61 HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(),
    ];
    let mut cases: Vec<_> = simple.into_iter().map(|bytes| Case::passed(bytes, &[("GET", "/§/a", 0)])).collect();
    for (target, sent) in [
        ("/§/a?", "/§/a?"),
        ("/§/a?b=c&d=%00", "/§/a?b=c&d=%00"),
        ("/§/a?b?c/../d//e", "/§/a?b?c/../d//e"),
        ("/§/a%2Fb", "/§/a%2Fb"),
        ("/§/a\\b", "/§/a%5Cb"),
        ("/§/a;b=c", "/§/a;b=c"),
        ("/§/a%20b", "/§/a%20b"),
        ("/§/%c0%ae%c0%ae/a", "/§/%C0%AE%C0%AE/a"),
        ("/§/a%252e%252e", "/§/a%252e%252e"),
        ("/§/a%0d%0aX:%20y", "/§/a%0D%0AX:%20y"),
    ] {
        cases.push(Case::passed(format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n"), &[("GET", sent, 0)]));
    }
    let bodies = [
        (post("Content-Length: 5", "hello"), 5),
        (post("content-length:5", "hello"), 5),
        (post("Content-Length: \t5 ", "hello"), 5),
        (post("Content-Length: 0005", "hello"), 5),
        (post("Connection: Content-Length\r\nContent-Length: 5", "hello"), 5),
        (post("Content-Length: 34", "GET /§/hidden HTTP/1.1\r\nHost: h\r\n\r\n"), 34),
        (post("TRANSFER-ENCODING: CHUNKED", "5\r\nhello\r\n0\r\n\r\n"), 5),
        (post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"), 5),
        (chunked("0\r\n\r\n"), 0),
        (chunked("005\r\nhello\r\n000\r\n\r\n"), 5),
        (chunked("5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n"), 5),
        (chunked("5 ;a\r\nhello\r\n0 \r\n\r\n"), 5),
        (chunked("A\r\n0\r\n\r\nGET /\r\n0\r\n\r\n"), 10),
        (chunked("5\r\nhello\r\n0\r\nContent-Length: 50\r\nX: y\r\n\r\n"), 5),
        (post("Expect: 200-maybe\r\nContent-Length: 5", "hello"), 5),
    ];
    cases.extend(bodies.into_iter().map(|(bytes, length)| Case::passed(bytes, &[("POST", "/§/a", length)])));
    let pipeline = [get("Host: h"), post("Content-Length: 2", "hi"), chunked("2\r\nhi\r\n0\r\n\r\n"), get("Host: h")];
    let read = [("GET", "/§/a", 0), ("POST", "/§/a", 2), ("POST", "/§/a", 2), ("GET", "/§/a", 0)];
    cases.push(Case::passed(pipeline.concat(), &read));
    cases.push(Case::last("GET /§/a HTTP/1.0\r\n\r\n", &[("GET", "/§/a", 0)]));
    cases.push(Case::last(get("Host: h\r\nConnection: keep-alive, close"), &[("GET", "/§/a", 0)]));
    cases.push(Case::last(get("Host: h\r\nConnection: close\r\nConnection: keep-alive"), &[("GET", "/§/a", 0)]));
    cases.push(Case::passed("BREW /§/a HTTP/1.1\r\nHost: h\r\n\r\n", &[("BREW", "/§/a", 0)]));
    cases
}

/// Two readers could read them in two ways.
#[expect(clippy::too_many_lines, reason = "it is a table")]
pub(super) fn refused() -> Vec<Case> {
    let mut cases = Vec::new();
    for coding in CODINGS {
        cases.push(post(&format!("Content-Length: 5\r\n{coding}"), "0\r\n\r\n"));
        cases.push(post(&format!("{coding}\r\nContent-Length: 3"), "5\r\nhello\r\n0\r\n\r\n"));
    }
    for length in [
        "+5",
        "-5",
        "5,5",
        "5, 6",
        "5 5",
        "5\t5",
        "0x5",
        "5.0",
        "5e0",
        "",
        "'5'",
        "5;",
        "\u{665}",
        "5\0",
        "18446744073709551616",
        "99999999999999999999999999",
    ] {
        cases.push(post(&format!("Content-Length: {length}"), "hello"));
    }
    cases.push(post("Content-Length: 5\r\nContent-Length: 5", "hello"));
    cases.push(post("Content-Length: 5\r\ncontent-length: 6", "hello"));
    cases.push(post("Content-Length: 0\r\nContent-Length: 35", "GET /§/hidden HTTP/1.1\r\nHost: h\r\n\r\n"));
    for body in [
        "\r\n",
        "g\r\n",
        "-1\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "4\r\nhello\r\n0\r\n\r\n",
        "5;\nhello\r\n0\r\n\r\n",
        "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
        "5 x\r\nhello\r\n0\r\n\r\n",
        "5\0\r\nhello\r\n0\r\n\r\n",
        "00000000000000005\r\nhello\r\n0\r\n\r\n",
        "10000000000000005\r\nhello\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n",
        "5\r\nhello\r\n0\r\n\n",
        "5\r\nhello\r\n0\r\nX\r\n\r\n",
        "5\r\nhello\r\n0\r\nX y: 1\r\n\r\n",
        "5\r\nhello\r\n0\r\n folded\r\n\r\n",
        "5\r\r\nhello\r\n0\r\n\r\n",
        "5,5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n\r\n0\r\n\r\n",
    ] {
        cases.push(chunked(body));
    }
    for lines in [
        "X: y",
        "Host:",
        "Host: a\r\nHost: b",
        "Host: a\r\nhost: a",
        "Host: a b",
        "Host: a\tb",
        "Host: a/b",
        "Host: u@a",
        "Host: a,b",
        "Host: a#b",
        "Host: a?b",
        "Host: a\\b",
        "Host: \"a\"",
        "Host: <a>",
        "Host: \u{e9}",
        "Host : h",
        "Host\t: h",
        " Host: h",
        "Host: h\r\n folded: 1",
        "Host: h\r\n\tfolded",
        "Host: h\r\nX: a\r\n b",
        "Host: h\nX: 1",
        "Host: h\rX: 1",
        "Host: h\r\nX: a\0b",
        "Host: h\r\nX: a\rb",
        "Host: h\r\nX: a\x01b",
        "Host: h\r\nX: a\x7fb",
        "Host: h\r\nX\0: 1",
        "Host: h\r\nX Y: 1",
        "Host: h\r\nX\u{e9}: 1",
        "Host: h\r\n: 1",
        "Host: h\r\nno colon",
        "Host: h\r\n\"X\": 1",
        "Host: h\r\nX(: 1",
        "Host: h\r\nX@y: 1",
    ] {
        cases.push(get(lines));
    }
    for line in [
        "GET /§/a HTTP/1.2",
        "GET /§/a HTTP/2.0",
        "GET /§/a HTTP/0.9",
        "GET /§/a HTTP/1",
        "GET /§/a HTTP/1.10",
        "GET /§/a HTTP/1.1 ",
        "GET /§/a http/1.1",
        "GET /§/a HTTP /1.1",
        "GET /§/a",
        "GET  /§/a HTTP/1.1",
        "GET /§/a  HTTP/1.1",
        "GET\t/§/a HTTP/1.1",
        " GET /§/a HTTP/1.1",
        "GET /§/a b HTTP/1.1",
        "GET /§/a\tb HTTP/1.1",
        "GET /§/a\0b HTTP/1.1",
        "GET /§/a\x01 HTTP/1.1",
        "GET /§/a\x7f HTTP/1.1",
        "G(T /§/a HTTP/1.1",
        "GET\0 /§/a HTTP/1.1",
        "GET §/a HTTP/1.1",
        "GET http:///§/a HTTP/1.1",
        "GET http://u@h/§/a HTTP/1.1",
        "GET http://a b/§/a HTTP/1.1",
        "GET ftp://h/§/a HTTP/1.1",
        "GET h:80 HTTP/1.1",
        "GET * HTTP/1.1",
        "GET /§/a%zz HTTP/1.1",
        "GET /§/a%00 HTTP/1.1",
        "GET /§/../../a HTTP/1.1",
        "GET /§/..%2f..%2f/a HTTP/1.1",
        "GET /§/x%2f..%2fa HTTP/1.1",
        "GET /§/x/..;/a HTTP/1.1",
        "PRI * HTTP/2.0",
        "HTTP/1.1 200 OK",
        "\nGET /§/a HTTP/1.1",
        "GET /§/a HTTP/1.1\nX: 1",
        "GET /§/a HTTP/1.1\rX: 1",
        "\u{feff}GET /§/a HTTP/1.1",
    ] {
        cases.push(format!("{line}\r\nHost: h\r\n\r\n"));
    }
    cases.push("POST /§/a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n".to_owned());
    cases.into_iter().map(|bytes| Case::refused(bytes, 400)).collect()
}

/// More than a client may send.
pub(super) fn over_limits() -> Vec<Case> {
    let long = "x".repeat(40_000);
    vec![
        Case::refused(format!("GET /§/{} HTTP/1.1\r\nHost: h\r\n\r\n", &long[..9_000]), 414),
        Case::refused(format!("GET /§/{long} HTTP/1.1\r\nHost: h\r\n\r\n"), 414),
        Case::refused(get(&format!("Host: h\r\nX: {long}")), 400),
        Case::refused(get(&format!("Host: h\r\n{long}: x")), 400),
        Case::refused(get(&format!("Host: h\r\n{}", "X: y\r\n".repeat(1_001))), 400),
        Case::refused(chunked(&format!("5;{long}\r\nhello\r\n0\r\n\r\n")), 400),
        Case::refused(chunked(&format!("5\r\nhello\r\n0\r\nX: {long}\r\n\r\n")), 400),
    ]
}

/// Methods that would get past every route, or show what is added on the way.
pub(super) fn declined() -> Vec<Case> {
    vec![
        Case::declined("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", 405),
        Case::declined("CONNECT /§/a HTTP/1.1\r\nHost: h\r\n\r\n", 405),
        Case::declined("TRACE /§/a HTTP/1.1\r\nHost: h\r\n\r\n", 405),
    ]
}
