"""HMAC-SHA256 as Python computes it. Each line of standard input: a secret and a body, both in hexadecimal, with a
space between. Each line of standard output: the signature header's value for that line."""
import hashlib
import hmac
import sys

for line in sys.stdin:
    secret, body = (bytes.fromhex(digits) for digits in line.rstrip("\n").split(" "))
    print("sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest())
