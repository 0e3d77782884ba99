"""One call of gRPC: client.py ADDRESS KIND [NAME=VALUE ...]. Prints its status and what came back."""

import sys

import grpc

address, kind, *pairs = sys.argv[1:]
metadata = [tuple(pair.split("=", 1)) for pair in pairs]
channel = grpc.insecure_channel(address)
messages = [b"one", b"two", b"three"]


def outcome():
    wait = {"metadata": metadata, "timeout": 20, "wait_for_ready": True}
    if kind == "unary":
        return [channel.unary_unary("/echo.Echo/Unary")(b"hello", **wait)]
    if kind == "server-stream":
        return channel.unary_stream("/echo.Echo/ServerStream")(b"one two three", **wait)
    if kind == "client-stream":
        return [channel.stream_unary("/echo.Echo/ClientStream")(iter(messages), **wait)]
    if kind == "both-stream":
        return channel.stream_stream("/echo.Echo/BothStream")(iter(messages), **wait)
    if kind == "failure":
        return [channel.unary_unary("/echo.Echo/Failure")(b"", **wait)]
    return [channel.unary_unary("/else.Where/Call")(b"", **wait)]


try:
    print("OK", *(answer.decode() for answer in outcome()))
except grpc.RpcError as error:
    print(error.code().name, error.details())
