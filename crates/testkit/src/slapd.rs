//! slapd, OpenLDAP's server: a directory whose names and passwords are its own, not ours.
//!
//! Where it is not installed such a test is left out: it begins with [`is_installed`], and a step of `cargo xtask test`
//! of its own says that it was skipped.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::authority::Issued;
use crate::ports::reserved_port;
use crate::waiting::eventually;

/// The entry below which a directory of tests has its users.
pub const BASE: &str = "ou=people,dc=example";

const CONF: &str = "
include /etc/ldap/schema/core.schema
loglevel 0
TLSCertificateFile @/cert.pem
TLSCertificateKeyFile @/key.pem
database ldif
directory @/entries
suffix dc=example
";

/// A running slapd. It stops when dropped.
pub struct Slapd {
    process: Child,
    ports: Ports,
    _folder: TempDir,
}

#[derive(Clone, Copy)]
struct Ports {
    plain: u16,
    secured: u16,
}

/// Whether slapd is installed. A test that needs it begins with this and, where it is not, ends here.
///
/// # Panics
/// Where it is not, and `GIBBON_NO_SKIP` says that no test may be left out.
pub fn is_installed() -> bool {
    if program().is_some() {
        return true;
    }
    let may_skip = env::var_os("GIBBON_NO_SKIP").is_none_or(|value| value == "0");
    assert!(may_skip, "slapd is not installed, and no test may be skipped");
    eprintln!("skipped: slapd is not installed");
    false
}

fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain(["/usr/sbin".into()]).map(|folder| folder.join("slapd")).find(|file| file.is_file())
}

impl Slapd {
    /// Starts it on free ports with these users, each a `cn` below [`BASE`] and a password, and with this certificate.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start(users: &[(&str, &str)], issued: &Issued) -> Self {
        // Somebody else may take the ports before slapd does.
        (0..5).find_map(|_| Self::try_start(users, issued)).expect("slapd starts")
    }

    fn try_start(users: &[(&str, &str)], issued: &Issued) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder is to be had");
        let conf = prepare(folder.path(), users, issued);
        let ports = Ports { plain: reserved_port(), secured: reserved_port() };
        let urls = format!("ldap://127.0.0.1:{}/ ldaps://127.0.0.1:{}/", ports.plain, ports.secured);
        let mut command = slapd();
        command.args(["-d", "0", "-h", &urls, "-f"]).arg(conf);
        let process = command.spawn().expect("it is a program");
        let mut slapd = Self { process, ports, _folder: folder };
        eventually("slapd listens or has ended", || slapd.has_ended() || slapd.listens());
        (!slapd.has_ended()).then_some(slapd)
    }

    fn has_ended(&mut self) -> bool {
        self.process.try_wait().expect("it is our child").is_some()
    }

    fn listens(&self) -> bool {
        let answers = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        answers(self.ports.plain) && answers(self.ports.secured)
    }

    /// The port on which TLS may be begun.
    pub fn port(&self) -> u16 {
        self.ports.plain
    }

    /// The port on which nothing else is spoken.
    pub fn secured_port(&self) -> u16 {
        self.ports.secured
    }

    /// Ends it; nobody listens on its ports any more.
    ///
    /// # Panics
    /// Where it does not end.
    pub fn stop(&mut self) {
        self.process.kill().expect("it is our child");
        self.process.wait().expect("it is our child");
    }
}

/// Writes all that it needs into a folder: where its configuration is.
fn prepare(folder: &Path, users: &[(&str, &str)], issued: &Issued) -> PathBuf {
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::write(&file, text).expect("it can be written");
        file
    };
    let place = folder.to_str().expect("a folder of ours has a plain name");
    let conf = write("slapd.conf", &CONF.replace('@', place));
    write("cert.pem", &issued.cert);
    write("key.pem", &issued.key);
    fs::create_dir(folder.join("entries")).expect("a folder is made");
    let entries = write("entries.ldif", &entries(users));
    let mut filling = slapd();
    let added = filling.args(["-T", "add", "-f"]).arg(&conf).arg("-l").arg(entries).status();
    assert!(added.expect("it is a program").success(), "the entries are added");
    conf
}

fn entries(users: &[(&str, &str)]) -> String {
    let top = "dn: dc=example\nobjectClass: dcObject\nobjectClass: organization\no: example\ndc: example\n\n\
        dn: ou=people,dc=example\nobjectClass: organizationalUnit\nou: people\n";
    let person = |(name, password): &(&str, &str)| {
        format!("\ndn: cn={name},{BASE}\nobjectClass: person\ncn: {name}\nsn: {name}\nuserPassword: {password}\n")
    };
    users.iter().map(person).fold(top.to_owned(), |text, person| text + &person)
}

fn slapd() -> Command {
    let mut command = Command::new(program().expect("a test asks first whether slapd is installed"));
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
