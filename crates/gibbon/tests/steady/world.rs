//! A gateway in a process of its own, with an origin behind it, and clients in front of it.

use crate::load::Load;
use crate::place::Place;
use gibbon_testkit::{Action, Authority, Origin, reserved_port};

/// See the module.
pub(crate) struct World {
    pub(crate) place: Place,
    pub(crate) authority: Authority,
    pub(crate) tls: u16,
    _origin: Origin,
}

/// Idle connections stay until their client asks again, however slow the machine is.
const PATIENT: &str = "client_drain_timeout = 10m\nnginx_worker_processes = 2\n";

impl World {
    /// Starts a gateway with a service that answers each request with its body.
    pub(crate) fn start() -> Self {
        let place = Place::new();
        let tls = reserved_port();
        let world = Self {
            place,
            authority: Authority::new(),
            tls,
            _origin: Origin::start(|request| Action::ok(&format!("{} bytes", request.body.len()))),
        };
        world.configure("");
        world.place.start();
        world.write("/services", &format!("name=echo&url={}", world._origin.url("")));
        world.write("/services/echo/routes", "name=all&paths[]=/&protocols[]=http&protocols[]=https");
        world.show_new_certificate();
        world
    }

    /// Writes the settings, with some lines more.
    pub(crate) fn configure(&self, more: &str) {
        let ports = format!("proxy_listen = 127.0.0.1:{}, 127.0.0.1:{} ssl http2\n", self.place.proxy, self.tls);
        self.place.configure(&format!("{ports}{PATIENT}{more}"));
    }

    /// Writes to the Admin API.
    pub(crate) fn write(&self, path: &str, form: &str) {
        assert_eq!(self.place.post(path, form), 201, "{path} {form}");
    }

    /// Has the gateway show another certificate for `localhost` than before.
    pub(crate) fn show_new_certificate(&self) {
        let issued = self.authority.issue("localhost");
        let form = [("cert", issued.cert.as_str()), ("key", issued.key.as_str()), ("snis[]", "localhost")];
        let form: Vec<_> = form.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let status = self.place.send_form("PUT", "/certificates/c0ffee00-0000-4000-8000-000000000001", &form.join("&"));
        assert_eq!(status, 200);
    }

    /// Runs a command that has to succeed.
    pub(crate) fn run(&self, arguments: &[&str]) {
        let done = self.place.run(arguments);
        assert_eq!(done.status, 0, "{arguments:?}: {}", done.err);
    }

    /// Has clients send all the while, and looks at what has become of their requests.
    pub(crate) fn under_load(&self, change: impl FnOnce(&Load)) {
        let load = Load::begin(self);
        change(&load);
        load.go_on();
        load.end();
    }
}

fn escape(text: &str) -> String {
    let escaped = text.bytes().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    escaped.collect()
}
