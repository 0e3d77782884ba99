"""A service of gRPC whose messages are plain bytes, so that nothing has to be generated: service.py PORT."""

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc


def failure(_request, context):
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not today")


HANDLERS = {
    "Unary": grpc.unary_unary_rpc_method_handler(lambda request, _: request),
    "ServerStream": grpc.unary_stream_rpc_method_handler(lambda request, _: iter(request.split())),
    "ClientStream": grpc.stream_unary_rpc_method_handler(lambda requests, _: b"".join(requests)),
    "BothStream": grpc.stream_stream_rpc_method_handler(lambda requests, _: (request for request in requests)),
    "Failure": grpc.unary_unary_rpc_method_handler(failure),
}

server = grpc.server(ThreadPoolExecutor(4))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("echo.Echo", HANDLERS),))
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
server.wait_for_termination()
