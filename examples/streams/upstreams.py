"""Three upstreams that answer what they are told with a mark before it: over TCP, over TLS, and over UDP.

    upstreams.py <TCP port> <TLS port> <UDP port> <certificate> <key>
"""

import socketserver
import ssl
import sys
import threading


class Lines(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(self.server.mark + line)


class Datagrams(socketserver.BaseRequestHandler):
    def handle(self):
        datagram, socket = self.request
        socket.sendto(b"udp: " + datagram, self.client_address)


class Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mark = b"tcp: "

    def handle_error(self, request, client_address):
        print("a connection ended early", file=sys.stderr)


class Tls(Tcp):
    mark = b"tls: "

    def __init__(self, address, handler, context):
        super().__init__(address, handler)
        self.context = context

    def finish_request(self, request, client_address):
        # On the thread of the connection: a client that does not speak TLS must not keep others waiting.
        with self.context.wrap_socket(request, server_side=True) as secret:
            super().finish_request(secret, client_address)


def main(tcp_port, tls_port, udp_port, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    servers = [
        Tcp(("127.0.0.1", int(tcp_port)), Lines),
        Tls(("127.0.0.1", int(tls_port)), Lines, context),
        socketserver.ThreadingUDPServer(("127.0.0.1", int(udp_port)), Datagrams),
    ]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main(*sys.argv[1:])
