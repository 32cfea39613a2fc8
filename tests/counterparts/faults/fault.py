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


# What people copy along with a body or a secret, and what stood in quotes or was not set.
text = BODIES[0]
body = text.encode()
signed = lambda message, key=SECRET: 'sha256=' + digest(message, key).hex()
spread = json.dumps(json.loads(text), indent=2, ensure_ascii=False) + '\n'
row('newline-removed', 'two line feeds too many', (spread + '\n\n').encode(), SECRET, signed(spread.encode()))
row('body-trimmed', 'a blank behind the line feed', (spread + ' ').encode(), SECRET, signed(spread.encode()))
row('slashes-removed', "sed 's/\"/\\\\\"/g'", text.replace('"', '\\"') + '\n', SECRET, signed(body))
laid = '{\n  "ratio": 1.50,\n  "url": "a\\/b"\n}\n'
row('json-indented', 'curl -d joins the lines', laid.replace('\n', ''), SECRET, signed(laid.encode()))
row('json-indented', 'blanks at the start of lines lost', '\n'.join(line.strip() for line in laid.splitlines()), SECRET, signed(laid.encode()))
for what, before, after in [('log line', '2025-03-02 09:15:01 [INFO] received: ', ' (146 bytes)\n'), ('Markdown', '```json\n', '\n```\n'), ('label', 'Body:\n', ''), ('twice', text + '\n', '')]:
    row('body-part', what, before + text + after, SECRET, signed(body))
row('body-part', 'log line, indented', 'received: ' + spread, SECRET, signed(spread.encode()))
row('lines-unmarked', 'cat -n', ''.join(f'{at + 1:6}\t{line}\n' for at, line in enumerate(spread.splitlines())), SECRET, signed(spread.encode()))
row('lines-unmarked', 'quoted in a mail', ''.join(f'> {line}\n' for line in spread.splitlines()), SECRET, signed(spread.encode()))
row('printed-undone', 'print(dict)', str(json.loads(text)), SECRET, signed(body))
for name in ['request.body', 'php://input', '${body}', 'payload']:
    row('body-named', name, body, SECRET, signed(name.encode()))
for word in ['1', 'true', 'True']:
    row('body-flag', word, body, SECRET, signed(word.encode()))
for missing in ['undefined.', 'None.', 'null:', 'v0:undefined:']:
    row('framing-missing', missing, body, SECRET, signed(missing.encode() + body))
changed = json.loads(text) | {'email': ' Mia@Example.com'}
loose = json.dumps(changed, separators=(',', ':'))
row('json-texts-cleaned', 'e-mail trimmed and in lower case', loose, SECRET, signed(loose.replace(' Mia@Example.com', 'mia@example.com').encode()))
row('values-joined', 'Object.keys', body, SECRET, signed(json.dumps(list(json.loads(text)), separators=(',', ':')).encode()))
row('form-field', 'payload= and encodeURIComponent', "{\"a\":\"it's\"}", SECRET, signed(('payload=' + urllib.parse.quote("{\"a\":\"it's\"}", safe="-._~!'()*")).encode()))
row('byte-lost', 'two bytes at the end', body, SECRET, signed(body[:-2]))
for path in ['/run/secrets/webhook_secret', 'op://vault/webhook/secret']:
    row('key-reference', path, body, SECRET, signed(body, path.encode()))
row('key-variable-name', '{{ secrets.WEBHOOK_SECRET }}', body, SECRET, signed(body, b'{{ secrets.WEBHOOK_SECRET }}'))
row('key-cut-at-mark', 'a shell stops at &', body, b'whsec_abQ&cd<3fQz77', signed(body, b'whsec_abQ'))
row('key-cut-at-mark', 'the first letter', body, SECRET, signed(body, SECRET[:1]))
for what, key in [('% of zsh', SECRET + b'%'), ('$ of a prompt', b'$ ' + SECRET)]:
    row('key-punctuated', what, body, SECRET, signed(body, key))
row('key-escaped', 'Markdown', body, SECRET, signed(body, SECRET.replace(b'_', b'\\_')))
row('key-masked', 'of a dashboard', body, b'whsec_Kx7pQ0vTz9mBd3rLwYhFc5', signed(body, b'whsec_****hFc5'))
for what, key in [('set', b'set WEBHOOK_SECRET=' + SECRET), ('$env:', b'$env:WEBHOOK_SECRET = "' + SECRET + b'"'), ('ini', b'SECRET_KEY = ' + SECRET)]:
    row('key-named', what, body, SECRET, signed(body, key))
row('key-yaml-value', 'a Secret of Kubernetes', body, b'apiVersion: v1\nkind: Secret\ndata:\n  webhook: ' + base64.b64encode(SECRET) + b'\n', signed(body))
right = digest(body)
row('prefix-colon', 'sha256-', body, SECRET, 'sha256-' + right.hex())
row('value-base64', 'sha256- as browsers write it', body, SECRET, 'sha256-' + base64.b64encode(right).decode())
row('value-mistyped', 'O for each 0', body, SECRET, 'sha256=' + right.hex().replace('0', 'O'))
row('value-cut', 'shortened in the middle', body, SECRET, 'sha256=' + right.hex()[:16] + '\u2026' + right.hex()[-16:])
row('value-wrapped', 'a parameter behind it', body, SECRET, 'sha256=' + right.hex() + '; v=1')
