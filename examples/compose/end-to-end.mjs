// Signs somebody up by way of the app, and waits until the app has heard of it. `expect` waits for the same event at
// its own listener, which is subscribed here.
import { setTimeout as pause } from 'node:timers/promises'
import { subscribe } from './sandbox.mjs'

const app = process.env.APP_URL
const email = 'ada.lovelace@example.com'

await subscribe(process.env.OWN_URL)
const made = await fetch(`${app}/signups`, { method: 'POST', body: JSON.stringify({ email }) })
if (made.status !== 201) throw new Error(`the app answered ${made.status}: ${await made.text()}`)

const deadline = Date.now() + 10_000
while (!(await (await fetch(app)).json()).includes(email)) {
  if (Date.now() > deadline) throw new Error('the app was told of no sign-up')
  await pause(100)
}
