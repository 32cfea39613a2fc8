// Calls to the sandbox.
const { REFERRALLOOP_API_URL: url, REFERRALLOOP_API_KEY: key } = process.env

export async function call(method, path, body) {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

export const subscribe = (url) =>
  call('POST', '/webhooks/subscribe', { event_type: 'signup.created', target_url: url })
