// Rows of fresh.tsv about values, names and parts of bodies: node slips.mjs < fresh.tsv prints those to put behind it.
import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { readFileSync } from 'node:fs';

const bodies = readFileSync(0, 'utf8').split('\n').filter((line) => line.startsWith('*'))
  .map((line) => Buffer.from(line.split('\t')[1], 'base64'));
const usual = 's3cret-kEY_10/5==';
const hmac = (message, key = usual) => createHmac('sha256', key).update(message);
const signed = (message, key) => 'sha256=' + hmac(message, key).digest('hex');
const base64 = (text) => Buffer.from(text).toString('base64');
const row = (cause, what, number, secret, value) =>
  console.log([cause, what, '*' + number, secret === usual ? '*' : base64(secret), base64(value)].join('\t'));

bodies.slice(0, 3).forEach((body, at) => {
  const number = at + 1;
  const value = (cause, what, text) => row(cause, 'node: ' + what, number, usual, text);
  const digits = hmac(body).digest('hex');
  value('value-0x', 'value 0x', 'sha256=0x' + digits);
  value('value-in-brackets', 'value template of a list', `[sha256=${digits}]`);
  value('value-timestamped', 'value t, v1', `t=1718020811,v1=${digits}`);
  value('value-buffer-text', 'value util.inspect', inspect(hmac(body).digest()));
  value('value-space', 'value blank behind =', 'sha256= ' + digits);
  value('value-line-break', 'value in two lines', 'sha256=' + digits.match(/.{32}/g).join('\n'));
  value('value-mistyped', 'value 0 as O', 'sha256=' + digits.replace(/[01]/, (digit) => ({ 0: 'O', 1: 'l' })[digit]));
  value('value-mistyped', 'value other digit', 'sha256=' + digits.slice(0, 40) + (digits[40] === 'a' ? 'b' : 'a') + digits.slice(41));
  value('value-base64-lowered', 'value base64 toLowerCase', 'sha256=' + hmac(body).digest('base64').toLowerCase());
  value('value-cut', 'value with an ellipsis', 'sha256=' + digits.slice(0, 20) + '...');
  value('value-text', 'value digest().toString() in hex', 'sha256=' + Buffer.from(hmac(body).digest().toString()).toString('hex'));
  const event = JSON.parse(body);
  const part = (cause, what, message) => row(cause, 'node: ' + what, number, usual, signed(message));
  part('framing-event-data', 'event_type + stringify(data)', event.event_type + JSON.stringify(event.data));
  part('framing-event-data', 'event_type.stringify(data)', event.event_type + '.' + JSON.stringify(event.data));
  part('file-name', '@body.json', '@body.json');
  part('file-name', 'payload.json', 'payload.json');
  const words = 'correct horse battery 12';
  row('key-cut-at-blank', 'sh: $SECRET without quotes', number, words, signed(body, words.split(' ')[0]));
  row('key-one-of-several', 'node: split(":")[1]', number, 'wh:Jd93kdLs02mVn:1', signed(body, 'Jd93kdLs02mVn'));
});

const created = '{"id":"evt_1","type":"referral.completed","created":1718000000,"data":{"email":"ann@example.com","n":42}}';
const own = (cause, what, body, message) =>
  console.log([cause, 'node: ' + what, base64(body), '*', base64(signed(message))].join('\t'));
const event = JSON.parse(created);
own('framing-stripe', 'created.body', created, `${event.created}.${created}`);
own('framing-slack', 'v0:created:body', created, `v0:${event.created}:${created}`);
own('framing-timestamp', 'created in ms, line feed, body', created, `${event.created * 1000}\n${created}`);
own('framing-timestamp', 'created body', created, event.created + created);
own('json-model', 'type, id, data', created, JSON.stringify({ type: event.type, id: event.id, data: event.data }));
own('json-model', 'data, id', created, JSON.stringify({ data: event.data, id: event.id }));
own('json-model', 'data, created, type', created, JSON.stringify({ data: event.data, created: event.created, type: event.type }));
own('json-null-added', 'version: null', created, JSON.stringify({ ...event, version: null }));
own('json-null-added', 'metadata: null', created, JSON.stringify({ ...event, metadata: null }));
own('json-null-added', 'name: null', created, JSON.stringify({ ...event, name: null }));
const dated = '{"id":"evt_8","created_at":"2024-06-10T12:00:00Z","data":{"joined":"2024-06-09T08:30:00+02:00"}}';
const revive = (name, value) => (/^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : value);
own('json-times', 'new Date of numeric offsets', dated, JSON.stringify(JSON.parse(dated, revive)));
const pretty = JSON.stringify(event, null, 2) + '\n';
own('lines-trimmed', 'each line trimmed', pretty, pretty.split('\n').map((line) => line.trim()).join('\n'));
const form = 'id=evt_1&email=ann%2Btest%40example.com&name=Ann+Lee';
own('form-json', 'stringify of URLSearchParams', form, JSON.stringify(Object.fromEntries(new URLSearchParams(form))));
own('form-reencoded', 'encodeURIComponent of each', form,
  [...new URLSearchParams(form)].map((pair) => pair.map(encodeURIComponent).join('=')).join('&'));
