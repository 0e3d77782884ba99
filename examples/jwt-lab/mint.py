"""The token script of the lab: prints a token with `iat`, `exp` and `iss`, signed by HS256.

    python mint.py --secret '!Qwaszxerdfcv' --iss jwttoken --exp-in 590

The other options make tokens that are wrong in one way each.
"""
import argparse
import base64
import hashlib
import hmac
import json
import time
import warnings

import jwt

# PyJWT remarks on every token that the lab's secret is short, and it is right: 32 bytes would be better.
warnings.filterwarnings("ignore", module="jwt")

def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(claims):
    """PyJWT leaves the signature empty for `none`; this one pretends to have one."""
    header = part(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    return f"{header}.{part(json.dumps(claims).encode())}.{part(b'no signature')}"


def signed_by_hand(claims, secret):
    """PyJWT refuses claims of the wrong type, so such tokens are put together here."""
    signing_input = part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()) + "." + part(json.dumps(claims).encode())
    return signing_input + "." + part(hmac.new(secret, signing_input.encode(), hashlib.sha256).digest())


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--secret", default="!Qwaszxerdfcv")
parser.add_argument("--secret-taken-as-base64", action="store_true", help="what jwt.io does with its box ticked")
parser.add_argument("--iss", default="jwttoken", help="the key of the credential")
parser.add_argument("--no-iss", action="store_true")
parser.add_argument("--exp-in", type=int, default=590, help="life in seconds; 0 or less has expired")
parser.add_argument("--no-exp", action="store_true")
parser.add_argument("--exp-as-text", action="store_true")
parser.add_argument("--alg", default="HS256")
options = parser.parse_args()

now = int(time.time())
claims = {"iat": now, "exp": now + options.exp_in, "iss": options.iss}
if options.no_exp:
    del claims["exp"]
if options.no_iss:
    del claims["iss"]
if options.exp_as_text:
    claims["exp"] = str(claims["exp"])

secret = options.secret.encode()
if options.secret_taken_as_base64:
    text = "".join(letter for letter in options.secret if letter.isalnum())
    secret = base64.b64decode(text + "=" * (-len(text) % 4))

if options.alg == "none":
    print(unsigned(claims))
elif options.exp_as_text or options.secret_taken_as_base64:
    print(signed_by_hand(claims, secret))
else:
    print(jwt.encode(claims, secret, algorithm=options.alg))
