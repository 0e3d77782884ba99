//! The ports of streams of a gateway.

use std::net::SocketAddr;

use gibbon_conf::{Carrier, Conf, Listener};
use gibbon_proxy::stream::port::open_datagrams;
use gibbon_proxy::{StreamPort, StreamServes, WorkerPorts};

/// Opens what the settings name, for all workers, and says where that is.
pub(super) fn open(conf: &Conf, workers: &mut [WorkerPorts]) -> Vec<SocketAddr> {
    conf.streams.listeners.iter().map(|listener| open_one(listener, workers)).collect()
}

fn open_one(listener: &Listener, workers: &mut [WorkerPorts]) -> SocketAddr {
    let ports: Vec<StreamPort> = match listener.carrier {
        Carrier::Tcp => {
            let serves = StreamServes { tls: listener.tls, proxy_protocol: listener.proxy_protocol };
            let sockets = gibbon_proxy::listen::open(listener.address, workers.len(), None).expect("a port is free");
            sockets.into_iter().map(|socket| StreamPort::Connections { socket, serves }).collect()
        }
        Carrier::Udp => {
            let sockets = open_datagrams(listener.address, workers.len()).expect("a port is free");
            sockets.into_iter().map(StreamPort::Datagrams).collect()
        }
    };
    let address = match &ports[0] {
        StreamPort::Connections { socket, .. } => socket.local_addr(),
        StreamPort::Datagrams(socket) => socket.local_addr(),
    };
    workers.iter_mut().zip(ports).for_each(|(worker, port)| worker.streams.push(port));
    address.expect("it is bound")
}
