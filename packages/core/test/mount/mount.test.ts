import { createServer } from 'node:http'
import { mount } from '@claviger/core/mount'
import request from 'supertest'
import { expect, test } from 'vitest'

test('without a next, what lies beside the prefix is answered 404', async () => {
  const server = createServer(mount(() => new Response('mounted'), { prefix: '/x' }))
  await request(server).get('/x').expect(200, 'mounted')
  const { body } = await request(server).get('/y').expect(404)
  expect(body).toMatchObject({ status: 404, code: 'not_found' })
})

test('a handler is called as a method of its object', async () => {
  class Api {
    readonly name = 'api'
    fetch(): Response {
      return new Response(this.name)
    }
  }
  await request(createServer(mount(new Api())))
    .get('/')
    .expect(200, 'api')
})

test('a body that was read and written again is marked as such', async () => {
  const seen: unknown[] = []
  const listener = mount(async (incoming, { isBodyRebuilt }) => {
    seen.push(
      isBodyRebuilt,
      await incoming.text(),
      incoming.headers.get('content-length'),
      incoming.headers.get('content-type'),
    )
    return new Response(null, { status: 204 })
  })
  const parsed = (body: object) =>
    createServer((req, res) => {
      req.on('end', () => void setImmediate(() => listener(Object.assign(req, body), res))).resume()
    })
  const type = 'application/json; charset=latin1'
  await request(parsed({ body: { a: '\u00e9' } }))
    .post('/')
    .type(type)
    .send('{"a":"x"}')
    .expect(204)
  await request(parsed({ rawBody: '{"a": 1}' }))
    .post('/')
    .type(type)
    .send('{"a": 1}')
    .expect(204)
  expect(seen).toEqual([true, '{"a":"\u00e9"}', '10', 'application/json', false, '{"a": 1}', '8', type])
})
