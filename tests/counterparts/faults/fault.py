# Makes signatures with the mistakes that programs in Python make: rows for `faults.tsv`, as fault.mjs describes them.
# python3 tests/counterparts/faults/fault.py > python.tsv; Python 3.
import base64, hashlib, hmac, html, json, subprocess, urllib.parse

BODIES = [
    '{"event_type":"signup.created","data":{"name":"Zo\u00eb \u738b","position":1},"timestamp":"2024-01-15T10:00:00Z"}',
    '{"event_type": "signup.deleted", "data": {"name": "Caf\u00e9 \u2019s", "ratio": 1.0, "html": "<b>&</b>"}}',
    '[{"n":"\u00fc","list":[1,2.5,null,{}]},"\u20ac"]',
]
SECRET = b's3cret-key_9'


def row(cause, what, body, secret, value):
    cells = [base64.b64encode(part if isinstance(part, bytes) else part.encode()).decode() for part in (body, secret, value)]
    print('\t'.join([cause, what] + cells))


def digest(message, key=SECRET):
    return hmac.new(key, message, hashlib.sha256).digest()


for text in BODIES:
    body = text.encode()
    right = digest(body)
    signed = lambda message, key=SECRET: 'sha256=' + digest(message, key).hex()
    row('value-python-bytes', "f'sha256={hexlify(digest)}'", body, SECRET, f"sha256={right.hex().encode()}")
    row('value-python-bytes', 'str of Base64', body, SECRET, f'sha256={base64.b64encode(right)}')
    row('value-python-bytes', 'str of the digest', body, SECRET, f'sha256={right}')
    row('value-byte-list', 'list(digest)', body, SECRET, f'sha256={list(right)}')
    row('value-text', "decode('utf-8', 'replace')", body, SECRET, 'sha256=' + right.decode('utf-8', 'replace'))
    row('no-digest', 'hexdigest without ()', body, SECRET, f'sha256={hmac.new(SECRET, body, hashlib.sha256).hexdigest}')
    row('body-base64', 'encodebytes', body, SECRET, signed(base64.encodebytes(body)))
    row('byte-list', 'str(list(body))', body, SECRET, signed(str(list(body)).encode()))
    row('html-escaped', 'Jinja', body, SECRET, signed(html.escape(text, False).replace('"', '&#34;').replace("'", '&#39;').encode()))
    row('charset-doubled', 'read as Windows-1252', body, SECRET, signed(body.decode('cp1252', 'replace').encode()) if b'\x8d' in body else signed(body.decode('latin-1').encode()))
    row('charset-from-utf-16', 'saved by PowerShell', b'\xff\xfe' + (text + '\r\n').encode('utf-16-le'), SECRET, signed(body))
    row('json-flask', "jsonify", b'\n' + body, SECRET, signed((json.dumps(json.loads(text), sort_keys=True, separators=(',', ':')) + '\n').encode()))
    row('key-hashed', 'echo secret | sha256sum', body, SECRET, signed(body, hashlib.sha256(SECRET + b'\n').hexdigest().encode()))
    row('json-printed', 'print(json.dumps())', b' ' + body, SECRET, signed((json.dumps(json.loads(text)) + '\n').encode()))

# What hands and shells do.
HANDMADE = b's3cret-kEY_10/5=='
for text in BODIES:
    body = text.encode()
    signed = lambda message, key=HANDMADE: 'sha256=' + digest(message, key).hex()
    slips = [('a letter missing', b's3cet-kEY_10/5=='), ('a letter twice', b's3crett-kEY_10/5=='), ('swapped', b's3cret-kEY_01/5=='),
             ('0 for O', b's3cret-kEY_1O/5=='), ('l for 1', b's3cret-kEY_l0/5=='), ('the other case', b's3cret-kEy_10/5==')]
    for what, typed in slips:
        row('key-mistyped', what, body, HANDMADE, signed(body, typed))
    row('key-python-bytes', 'str(secret.encode())', body, HANDMADE, signed(body, str(HANDMADE).encode()))
    row('key-percent-encoded', 'quote(secret)', body, HANDMADE, signed(body, urllib.parse.quote(HANDMADE).encode()))
    for separators in [(', ', ':'), (',', ': ')]:
        made = json.dumps(json.loads(text), separators=separators)
        row('json-python-separators', str(separators), b' ' + body, HANDMADE, signed(made.encode()))
    if 'data' in json.loads(text):
        row('json-inner-member', "event['data']['name']", body, HANDMADE, signed(json.loads(text)['data']['name'].encode()))
    printed = subprocess.run(['openssl', 'dgst', '-sha256', '-hmac', HANDMADE.decode()], input=body, capture_output=True)
    row('value-printed', 'openssl dgst', body, HANDMADE, printed.stdout)
