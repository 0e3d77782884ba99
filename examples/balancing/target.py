"""A target: answers every request with its own name, and /health as well as it is told to.

    target.py PORT NAME FILE

While FILE exists, /health is 500.
"""
import http.server
import os
import sys

PORT, NAME, SICK = int(sys.argv[1]), sys.argv[2], sys.argv[3]


class Target(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        is_sick = self.path == "/health" and os.path.exists(SICK)
        body = NAME.encode()
        self.send_response(500 if is_sick else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Target).serve_forever()
