"""Prints a token of the issuer, signed with PyJWT; with --hmac-with or --unsigned, a forgery of one."""
import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import time

import jwt


def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(algorithm, claims, sign):
    """PyJWT refuses to make forgeries, so they are put together here."""
    signing_input = part(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()) + "." + part(json.dumps(claims).encode())
    return signing_input + "." + part(sign(signing_input.encode()))


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--key", required=True, help="file with the private key")
parser.add_argument("--iss", required=True, help="the issuer: the key of the credential")
parser.add_argument("--exp-in", type=int, default=600, help="life in seconds")
parser.add_argument("--hmac-with", help="sign by HS256 with the bytes of this file: the public key taken for a secret")
parser.add_argument("--unsigned", action="store_true", help="say that the algorithm is `none`")
options = parser.parse_args()

now = int(time.time())
claims = {"iss": options.iss, "iat": now, "exp": now + options.exp_in}
if options.unsigned:
    print(by_hand("none", claims, lambda _: b"no signature"))
elif options.hmac_with:
    secret = pathlib.Path(options.hmac_with).read_bytes()
    print(by_hand("HS256", claims, lambda text: hmac.new(secret, text, hashlib.sha256).digest()))
else:
    print(jwt.encode(claims, pathlib.Path(options.key).read_text(), algorithm="RS256"))
