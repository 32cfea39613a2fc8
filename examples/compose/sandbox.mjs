// Calls to the sandbox: where it is and its key stand in the file that it writes once it answers.
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

async function ready() {
  for (;;) {
    try {
      return JSON.parse(await readFile(process.env.SANDBOX, 'utf8'))
    } catch {
      await pause(100)
    }
  }
}

export async function call(method, path, body) {
  const { url, api_key } = await ready()
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${api_key}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

export const subscribe = (url) =>
  call('POST', '/webhooks/subscribe', { event_type: 'signup.created', target_url: url })
