//! The server of a run of tests. Under nextest each test is a process of its own, so that the first one starts the
//! server, the others find it, and a small watcher ends it when the run is over.

use std::env;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gibbon_store::SchemaState;
use gibbon_store::postgres::{self, Connect, Tls};

use super::installation::Installation;
use super::{PASSWORD, USER};
use crate::ports::reserved_port;
use crate::waiting::PATIENCE;

/// A database with the tables of a store, from which those of the tests are copied.
pub(super) const TEMPLATE: &str = "gibbon_template";

/// A disk that forgets is good enough for tests, and much faster.
const SETTINGS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 \
                        -c ssl=on -c ssl_cert_file=server.pem -c ssl_key_file=server.key";

/// Over TCP a password is asked for, with and without TLS.
const ACCESS: &str = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";

/// How often a port is tried that was free a moment ago.
const TRIES: usize = 5;

/// Ends the server and takes its folder away when the run is over: process, folder.
const WATCHER: &str = r#"
while kill -0 "$1" 2>/dev/null; do sleep 0.5; done
kill -QUIT "$(head -n 1 "$2/data/postmaster.pid")"
rm -rf "$2"
"#;

/// A running server.
#[derive(Debug)]
pub(super) struct Cluster {
    folder: PathBuf,
    port: u16,
    installation: Installation,
}

impl Cluster {
    /// The server of this run, started if it was not.
    pub(super) fn of_this_run() -> Self {
        let folder = env::temp_dir().join(format!("gibbon-pg-{}", run()));
        fs::create_dir_all(&folder).expect("a folder for the server is to be had");
        let lock = File::create(folder.join("lock")).expect("the folder can be written to");
        lock.lock().expect("files can be locked");
        let installation = Installation::here();
        if let Ok(port) = fs::read_to_string(folder.join("port")) {
            return Self { folder, port: port.parse().expect("a port was written"), installation };
        }
        Self::start(folder, installation)
    }

    fn start(folder: PathBuf, installation: Installation) -> Self {
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("the folder is ours");
        if let Some((user, group)) = installation.user {
            chown(&folder, Some(user), Some(group)).expect("root may give folders away");
        }
        let mut cluster = Self { folder, port: 0, installation };
        cluster.initialise();
        cluster.port = (0..TRIES).find_map(|_| cluster.launch()).expect("the server starts");
        cluster.watch();
        cluster.make_template();
        fs::write(cluster.folder.join("port"), cluster.port.to_string()).expect("the folder can be written to");
        cluster
    }

    fn initialise(&self) {
        let password = self.folder.join("password");
        fs::write(&password, PASSWORD).expect("the folder can be written to");
        let mut initdb = self.installation.program("initdb");
        initdb.args(["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"]);
        initdb.args(["-U", USER]).arg("--pwfile").arg(&password).arg("-D").arg(self.data());
        finish(initdb.current_dir(&self.folder));
        self.install("server.pem", include_str!("tls/server.pem"));
        self.install("server.key", include_str!("tls/server.key"));
        self.install("pg_hba.conf", ACCESS);
    }

    /// Puts a file into the data folder, for the server alone.
    fn install(&self, name: &str, text: &str) {
        let path = self.data().join(name);
        fs::write(&path, text).expect("the folder can be written to");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the file is ours");
        if let Some((user, group)) = self.installation.user {
            chown(&path, Some(user), Some(group)).expect("root may give files away");
        }
    }

    /// Starts the server on a port that was free a moment ago.
    fn launch(&self) -> Option<u16> {
        let port = reserved_port();
        let options = format!("-c listen_addresses=127.0.0.1 -p {port} -k {} {SETTINGS}", self.sockets().display());
        let mut pg_ctl = self.installation.program("pg_ctl");
        pg_ctl.args(["start", "--wait", "--silent", "-l"]).arg(self.folder.join("server.log"));
        pg_ctl.arg("-D").arg(self.data()).arg("-o").arg(options);
        // The server inherits what it is started with, and whoever reads from that would wait for its end.
        pg_ctl.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = pg_ctl.current_dir(&self.folder).status().expect("the program can be run");
        status.success().then_some(port)
    }

    #[expect(clippy::zombie_processes, reason = "the watcher outlives this process, as the server does")]
    fn watch(&self) {
        let mut watcher = Command::new("sh");
        watcher.args(["-c", WATCHER, "sh", &life().to_string()]).arg(&self.folder);
        watcher.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        watcher.process_group(0).spawn().expect("there is a shell");
    }

    fn make_template(&self) {
        self.run("postgres", &format!("CREATE DATABASE {TEMPLATE} TEMPLATE template0"));
        let connect = self.connect(TEMPLATE);
        // A thread of its own: the test that is the first may be on a runtime already.
        let made = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime is to be had").block_on(bootstrap(&connect));
        });
        made.join().expect("the tables can be made");
    }

    /// How a database is reached through the Unix socket.
    pub(super) fn connect(&self, database: &str) -> Connect {
        Connect {
            host: self.sockets().display().to_string(),
            port: self.port,
            user: USER.to_owned(),
            password: None,
            database: database.to_owned(),
            schema: None,
            tls: Tls::Off,
            certificate: None,
            timeout: PATIENCE,
            connections: 5,
            patience: PATIENCE,
            keepalive: PATIENCE,
        }
    }

    /// Runs SQL as an administrator.
    pub(super) fn run(&self, database: &str, sql: &str) -> String {
        let mut psql = self.installation.program("psql");
        psql.args(["--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "-v", "ON_ERROR_STOP=1", "-U", USER]);
        psql.arg("-h").arg(self.sockets()).args(["-p", &self.port.to_string(), "-d", database, "-c", sql]);
        finish(psql.current_dir(&self.folder))
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the Unix socket.
    pub(super) fn sockets(&self) -> &Path {
        &self.folder
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

/// What names this run: tests with the same name share a server.
fn run() -> String {
    match env::var("NEXTEST_RUN_ID") {
        Ok(id) => id.chars().take(13).collect(),
        Err(_) => std::process::id().to_string(),
    }
}

/// The process whose life is that of the run.
fn life() -> i32 {
    match env::var_os("NEXTEST_RUN_ID") {
        Some(_) => nix::unistd::getppid().as_raw(),
        None => nix::unistd::getpid().as_raw(),
    }
}

fn finish(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("the program can be run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

async fn bootstrap(connect: &Connect) {
    let mut tables = postgres::migrations(connect).await.expect("the server answers");
    assert_eq!(tables.state().await.expect("the server answers"), SchemaState::Empty);
    tables.bootstrap().await.expect("the tables can be made");
}
