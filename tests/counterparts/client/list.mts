// Written against the generated client; `run` generates it and starts the sandbox.
import { readFileSync } from 'node:fs'
import * as api from './client.mjs'

const ready = JSON.parse(readFileSync(process.env.READY ?? '', 'utf8'))
api.defaults.baseUrl = ready.url.replace(/\/$/, '').replace(/\/api\/v1$/, '') + '/api/v1'
api.defaults.headers = { Authorization: `Bearer ${ready.api_key}` }

const ensure = (holds: boolean, what: string) => {
  if (!holds) throw new Error(what)
}
const lists = await api.listWaitlists()
if (lists.status !== 200) throw new Error(`waitlists: ${lists.status}`)
const waitlist = lists.data.waitlists[0]
console.log('waitlists:', lists.data.waitlists.map((one) => one.name).join(', '))

const made = await api.createSignup(waitlist.id, { email: 'ada@example.com', name: 'Ada' })
ensure(made.status >= 200 && made.status < 300, `created: ${made.status}`)
const again = await api.createSignup(waitlist.id, { email: 'ada@example.com', name: 'Ada' })
ensure(again.status === 409, `created twice: ${again.status}`)
const signups = await api.listSignups(waitlist.id, { limit: 1000 })
if (signups.status !== 200) throw new Error(`sign-ups: ${signups.status}`)
ensure(signups.data.signups.some((one) => one.email === 'ada@example.com'), 'the sign-up is in the list')
console.log('sign-ups:', signups.data.signups.length)
const subscribed = await api.subscribe({ event_type: 'signup.created', target_url: 'https://app.example.com/hook', waitlist_id: waitlist.id })
ensure(subscribed.status >= 200 && subscribed.status < 300, `subscribed: ${subscribed.status}`)
console.log('created, refused the second time, found, subscribed')
