// Makes signatures with the mistakes that programs in Node make: one row a mistake and body, for `faults.tsv`.
// node tests/counterparts/faults/fault.mjs > node.tsv; Node 20. Columns: cause, what was done, and in Base64 the body,
// the secret that the receiver knows, and the value that was sent.
import { createHmac } from 'node:crypto'

const bodies = [
  '{"event_type":"signup.created","data":{"name":"Zo\u00eb \u738b\u5c0f\u660e","position":1},"timestamp":"2024-01-15T10:00:00Z"}',
  '{"event_type": "signup.deleted", "data": {"name": "Caf\u00e9 \u2019\ud83d\udc4d\u2019", "ratio": 1.0, "html": "<b>&</b>"}}',
  '[{"n":"\u00fc","list":[1,2.5,null,{}]},"\u20ac"]',
].map((text) => Buffer.from(text))

const secret = 's3cret-key_9'
const hmac = (key, message, hash = 'sha256') => createHmac(hash, key).update(message).digest()
const hex = (digest) => 'sha256=' + digest.toString('hex')
const row = (cause, what, body, known, value) =>
  console.log([cause, what, ...[body, known, value].map((part) => Buffer.from(part).toString('base64'))].join('\t'))
const signed = (message) => hex(hmac(secret, message))

for (const body of bodies) {
  const text = body.toString()
  // What stands at the ends of a file.
  const ends = [['newline-removed', '', '\n'], ['newline-removed', '', '\r\n'], ['newline-removed', '', '\n\n'],
    ['body-trimmed', ' ', ''], ['body-trimmed', '', ' '], ['body-trimmed', '\n', '\n'],
    ['bom-removed', '\ufeff', ''], ['bom-removed', '\ufeff', '\r\n']]
  for (const [cause, before, after] of ends) {
    const file = before + text + after
    row(cause, JSON.stringify([before, after]), file, secret, signed(text))
  }
  const added = [['newline-added', '\n'], ['crlf-added', '\r\n'], ['blank-added', ' '], ['blank-added', '\n\n']]
  for (const [cause, after] of added) row(cause, 'signed with ' + JSON.stringify(after), text, secret, signed(text + after))
  row('bom-added', 'signed with a mark', text, secret, signed('\ufeff' + text))
  row('lf-lines', 'CR LF in the file', JSON.stringify(JSON.parse(text), null, 2).replaceAll('\n', '\r\n'), secret,
    signed(JSON.stringify(JSON.parse(text), null, 2)))
  // text += chunk, cut inside each character beyond ASCII.
  for (let at = 1; at < body.length; at++) {
    if ((body[at] & 0xc0) !== 0x80) continue
    row('chunks-decoded', 'cut at ' + at, body, secret, signed(body.subarray(0, at) + '' + body.subarray(at)))
  }
  // Buffers and strings.
  row('charset-latin-1', "Buffer.from(text, 'latin1')", body, secret, signed(Buffer.from(text, 'latin1')))
  row('charset-doubled', "body.toString('latin1')", body, secret, signed(body.toString('latin1')))
  row('charset-utf-16', "Buffer.from(text, 'utf16le')", body, secret, signed(Buffer.from(text, 'utf16le')))
  row('json-printed', 'JSON.stringify and a line feed', ' ' + text, secret, signed(JSON.stringify(JSON.parse(text)) + '\n'))
  // Keys that Buffer.from makes.
  const keys = [['key-base64-decoded', 'c2VjcmV0IQ.x', 'base64'], ['key-base64-decoded', 'c2VjcmV0-_!x', 'base64'],
    ['key-hex-decoded', '73656372657zz', 'hex'], ['key-base64-decoded', 'whsec_c2VjcmV0', 'base64']]
  for (const [cause, known, encoding] of keys) {
    row(cause, `Buffer.from(secret, '${encoding}')`, body, known, hex(hmac(Buffer.from(known, encoding), body)))
  }
  const whole = [['key-base64-encoded', 'base64 of secret and line feed', secret, Buffer.from(secret + '\n').toString('base64')],
    ['key-base64-encoded', 'base64 and a line feed', secret, Buffer.from(secret).toString('base64') + '\n'],
    ['key-base64-decoded', 'known in Base64 with its line feed', Buffer.from(secret + '\n').toString('base64'), secret],
    ['key-quoted', 'quotes and CR', secret, `"${secret}"\r`], ['key-bom-added', 'mark and CR LF', secret, `\ufeff${secret}\r\n`],
    ['key-prefix-stripped', 'v1, alone', 'v1,whsec_abc/def+', 'whsec_abc/def+'],
    ['key-unescaped', '&amp; known', 'ab&amp;cd-77', 'ab&cd-77'], ['key-escaped', '&amp; used', 'ab&cd-77', 'ab&amp;cd-77'],
    ['key-json-member', 'a member', '{"WEBHOOK_SECRET":"abc-77"}', 'abc-77'],
    ['key-yaml-value', 'a value', 'secret: "abc-77"', 'abc-77'], ['key-yaml-value', 'bare', 'secret: abc 77', 'abc 77'],
    ['key-behind-equals', 'of several', 'A=1\nWEBHOOK_SECRET="abc-77"\n', 'abc-77'],
    ['key-cut', 'last letter lost', secret, secret.slice(0, -1)], ['key-cut', 'first letter lost', secret, secret.slice(1)],
    ['key-doubled', 'pasted twice', secret, secret + secret], ['key-doubled', 'known twice', secret + secret, secret],
    ['key-dollar-expanded', 'Compose', '$2a$10$bY3Zp0/nTq', '$2a$10/nTq'], ['key-dollar-expanded', 'sh', '$2a$10$bY3Zp0/nTq', 'a0/nTq'],
    ['key-dollar-expanded', 'dotenv-expand', '$2a$10$bY3Zp0/nTq', '/nTq'], ['key-dollar-expanded', '${CD}', 'ab${CD}ef${GH}', 'abef'],
    ['key-dollar-expanded', 'default', 'ab${CD:-xy}ef', 'abxyef'], ['key-dollar-expanded', 'doubled', 'ab$cd', 'ab$$cd'],
    ['key-dollar-expanded', 'Make', 'ab$cd-', 'abd-'], ['key-dollar-expanded', 'undoubled', 'ab$$cd', 'ab$cd'],
    ['key-utf-16', 'PowerShell', secret, Buffer.from(`\ufeff${secret}\r\n`, 'utf16le')],
    ['key-from-utf-16', 'PowerShell', Buffer.from(`\ufeff${secret}\r\n`, 'utf16le'), secret],
    ['key-placeholder', 'from an example', secret, 'your-secret-key-here'], ['key-placeholder', 'stars', secret, '***']]
  for (const [cause, what, known, used] of whole) row(cause, what, body, known, hex(hmac(used, body)))
  // Values.
  const digest = hmac(secret, body)
  const unpadded = [...digest].map((byte) => byte.toString(16)).join('')
  if (unpadded.length < 64) row('value-unpadded', 'toString(16)', body, secret, 'sha256=' + unpadded)
  row('value-byte-list', 'JSON of a Buffer', body, secret, 'sha256=' + JSON.stringify(digest))
  row('value-byte-list', 'JSON of a typed array', body, secret, JSON.stringify(new Uint8Array(digest)))
  row('value-byte-list', 'a typed array', body, secret, 'sha256=' + new Uint8Array(digest))
  row('value-text', '`${digest}`', body, secret, `sha256=${digest}`)
  row('hmac-sha384', 'sha384', body, secret, hex(hmac(secret, body, 'sha384')))
  row('hmac-md5', 'md5', body, secret, hex(hmac(secret, body, 'md5')))
  row('no-digest', 'a promise', body, secret, `sha256=${Promise.resolve(digest)}`)
  row('no-digest', 'an array buffer', body, secret, 'sha256=' + new Uint8Array(digest).buffer)
  row('value-empty', 'nothing', body, secret, '')
  row('value-empty', 'nothing behind the prefix', body, secret, 'sha256=')
}
