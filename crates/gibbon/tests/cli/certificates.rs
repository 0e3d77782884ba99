//! Certificates that the plugin `acme` gets, on two gateways with one database.

use crate::place::{Place, eventually, get, status};
use crate::postgres::lines;
use gibbon_testkit::acme_server::AcmeServer;
use gibbon_testkit::postgres::{Database, is_installed};
use gibbon_testkit::{Client, reserved_port};
use std::net::Ipv4Addr;

const HOST: &str = "a.example";
const OTHER_HOST: &str = "b.example";

/// What the plugin keeps while a node gets a certificate for [`HOST`].
const LOCK: &str = "key=kong_acme:update_lock:a.example&value=locked";

/// A gateway that speaks TLS as well.
struct Node {
    place: Place,
    tls: u16,
}

/// Two gateways, and an authority that asks the second one for the answers to challenges.
struct World {
    one: Node,
    other: Node,
    server: AcmeServer,
    _database: Database,
}

impl Node {
    fn start(database: &Database) -> Self {
        let (place, tls) = (Place::new(), reserved_port());
        let listens = format!("proxy_listen = 127.0.0.1:{}, 127.0.0.1:{tls} ssl\n", place.proxy);
        place.configure(&format!("{}{listens}", lines(database)));
        place.start();
        Self { place, tls }
    }

    /// The certificate that a client of `server` is shown and believes. Whoever asks begins the order for one.
    fn shows(&self, server: &AcmeServer, host: &str) -> Option<Vec<u8>> {
        let connection = Client::connect((Ipv4Addr::LOCALHOST, self.tls).into());
        let client = connection.over_tls(host, server.client()).ok()?;
        Some(client.tls(|tls| tls.peer_certificates().unwrap()[0].to_vec()))
    }

    fn renew(&self) {
        assert_eq!(self.place.send_form("PATCH", "/acme", ""), 202);
    }
}

impl World {
    fn new() -> Self {
        let (database, server) = (Database::new(), AcmeServer::start());
        let [one, other] = [(); 2].map(|()| Node::start(&database));
        let world = Self { one, other, server, _database: database };
        world.server.look_at(world.other.place.proxy);
        world.configure();
        world
    }

    /// Tells the first gateway, and waits for the second to know.
    fn configure(&self) {
        let place = &self.one.place;
        assert_eq!(place.post("/services", "name=challenges&url=http://127.0.0.1:9"), 201);
        assert_eq!(place.post("/services/challenges/routes", "paths[]=/.well-known/acme-challenge"), 201);
        let config = [
            "account_email=owner@a.example",
            &format!("api_uri={}", self.server.directory()),
            "tos_accepted=true",
            "cert_type=ecc",
            "storage=kong",
            &format!("domains[]={HOST}"),
            &format!("domains[]={OTHER_HOST}"),
        ];
        let form: String = config.iter().map(|field| format!("&config.{field}")).collect();
        assert_eq!(place.post("/plugins", &format!("name=acme{form}")), 201);
        let knows = || status(get(self.other.place.admin, "/acme/certificates")) == 200;
        eventually("the second gateway has the plugin", knows);
    }

    fn nodes(&self) -> [&Node; 2] {
        [&self.one, &self.other]
    }

    /// The certificate for `host`, when both gateways show the same one.
    fn shown_by_both(&self, host: &str) -> Vec<u8> {
        self.shown_by_both_instead(host, None)
    }

    /// The same, and it is not the one that there was.
    fn shown_by_both_instead(&self, host: &str, before: Option<&[u8]>) -> Vec<u8> {
        let mut shown = Vec::new();
        eventually("both gateways show a certificate", || {
            let [one, other] = self.nodes().map(|node| node.shows(&self.server, host));
            let is_new = one.is_some() && one == other && one.as_deref() != before;
            shown = one.unwrap_or_default();
            is_new
        });
        shown
    }
}

#[test]
fn a_certificate_that_one_node_orders_is_proved_by_the_other_and_shown_by_both() {
    if !is_installed() {
        return;
    }
    let world = World::new();
    eventually("the node that was asked shows a certificate", || world.one.shows(&world.server, HOST).is_some());
    world.shown_by_both(HOST);
    assert_eq!(world.server.ordered(), [HOST]);
}

#[test]
fn of_two_nodes_that_are_asked_for_a_host_at_once_one_orders() {
    if !is_installed() {
        return;
    }
    let world = World::new();
    std::thread::scope(|scope| {
        for node in world.nodes() {
            scope.spawn(|| eventually("it shows a certificate", || node.shows(&world.server, HOST).is_some()));
        }
    });
    world.shown_by_both(HOST);
    assert_eq!(world.server.ordered(), [HOST]);
}

#[test]
fn nodes_that_order_for_two_hosts_at_once_open_one_account() {
    if !is_installed() {
        return;
    }
    let world = World::new();
    std::thread::scope(|scope| {
        for (node, host) in world.nodes().into_iter().zip([HOST, OTHER_HOST]) {
            let place = &node.place;
            scope.spawn(move || assert_eq!(place.post("/acme", &format!("host={host}")), 201));
        }
    });
    for host in [HOST, OTHER_HOST] {
        world.shown_by_both(host);
    }
    assert_eq!((world.server.ordered().len(), world.server.accounts()), (2, 1));
}

#[test]
fn of_two_nodes_that_renew_at_once_one_orders_and_both_show_the_new_certificate() {
    if !is_installed() {
        return;
    }
    let world = World::new();
    world.server.valid_for(10);
    let before = world.shown_by_both(HOST);
    world.server.valid_for(90);
    world.nodes().into_iter().for_each(Node::renew);
    world.shown_by_both_instead(HOST, Some(&before));
    assert_eq!(world.server.ordered(), [HOST, HOST]);
}

#[test]
fn a_node_leaves_a_host_alone_for_which_another_one_orders() {
    if !is_installed() {
        return;
    }
    let world = World::new();
    let place = &world.other.place;
    assert_eq!(place.post("/acme_storage", LOCK), 201);
    assert_eq!(place.post("/acme", &format!("host={HOST}")), 202);
    assert_eq!(world.server.ordered(), [] as [&str; 0]);
}

#[test]
fn what_a_node_was_ordering_when_it_ended_is_ordered_by_another_one_later() {
    if !is_installed() {
        return;
    }
    let world = World::new();
    assert_eq!(world.one.place.post("/acme_storage", &format!("{LOCK}&ttl=1")), 201);
    world.shown_by_both(HOST);
    assert_eq!(world.server.ordered(), [HOST]);
}
