// An app with one handler for webhooks and one way to sign up.
//
//   POST /signups    {"email": …}    makes a sign-up by the hosted API
//   POST /webhooks   an event, signed
//   GET  /           the e-mail addresses that events told of
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { call, subscribe } from './sandbox.mjs'

const secret = process.env.REFERRALLOOP_WEBHOOK_SECRET
const port = 3000
const heard = new Set()

function signed(body, header = '') {
  const expected = 'sha256=' + createHmac('sha256', secret).update(body).digest('hex')
  return header.length === expected.length && timingSafeEqual(Buffer.from(header), Buffer.from(expected))
}

async function answer(request, body) {
  switch (`${request.method} ${request.url}`) {
    case 'GET /':
      return [200, [...heard]]
    case 'POST /signups': {
      const [waitlist] = (await call('GET', '/waitlists')).waitlists
      return [201, await call('POST', `/waitlists/${waitlist.id}/signups`, JSON.parse(body))]
    }
    case 'POST /webhooks': {
      // The bytes as they came, before anything reads them.
      if (!signed(body, request.headers['x-webhook-signature'])) return [401, { error: 'signature' }]
      heard.add(JSON.parse(body).data.email)
      return [200, { received: true }]
    }
    default:
      return [404, { error: 'not found' }]
  }
}

// Not healthy before the events can come.
const server = createServer(async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  const [status, value] = await answer(request, Buffer.concat(parts)).catch((error) => [500, { error: error.message }])
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
})
process.on('SIGTERM', () => process.exit(0))
await subscribe(`${process.env.OWN_URL}/webhooks`)
server.listen(port)
