import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { introspection, keyHolderApi, managementApi, openApiDocument, secretScanning } from '../src/index.ts'
import { makeReporter } from './secret-scanning/reporter.ts'
import { world } from './support/world.ts'

const github = makeReporter()

describe('beside the endpoints of the management API', () => {
  test('/self is there, for keys alone, and needs no one who is signed in', async () => {
    const { send, make } = await world({ authorize: () => null, readOnly: true })
    const { key, token } = await make({ permissions: [] })
    const headers = { authorization: `Bearer ${token}` }
    expect((await send({ method: 'GET', path: '/self', headers })).body).toMatchObject({ object: 'self', id: key.id })
    expect((await send({ method: 'GET', path: '/self' })).status).toBe(401)
    const revoked = await send({ method: 'DELETE', path: '/self', headers })
    expect([revoked.status, revoked.body.status]).toEqual([200, 'revoked'])
    expect((await send({ method: 'GET', path: '/self', headers })).body.code).toBe('key_revoked')
  })

  test('introspection and secret scanning are not, unless they are given', async () => {
    const { send } = await world()
    for (const path of ['/introspect', '/secret-scanning']) {
      expect((await send({ method: 'POST', path, body: { token: 'x' } })).status, path).toBe(404)
    }
  })

  test('they are served where they are given, with their own callers', async () => {
    const { keyring, make } = await world()
    const { token } = await make()
    const api = managementApi({
      keyring,
      authorize: () => null,
      self: keyHolderApi({ keyring, header: 'X-API-Key' }),
      introspection: introspection({ keyring, authorize: () => ({ anyWorkspace: true }) }),
      secretScanning: secretScanning({ keyring, publicKeyOf: () => github.publicKey }),
    })
    const asked = new Request('http://x/introspect', { method: 'POST', body: new URLSearchParams({ token }) })
    expect(await (await api.fetch(asked)).json()).toMatchObject({ active: true })
    expect((await api.fetch(new Request('http://x/self', { headers: { 'x-api-key': token } }))).status).toBe(200)
    expect((await api.fetch(github.report([{ token }]))).status).toBe(200)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('what is not a handler is refused at once', async () => {
    const { keyring } = await world()
    expect(() => managementApi({ keyring, authorize: () => null, introspection: introspection as never })).toThrow(
      'Expected introspection to be a handler: the result of introspection().',
    )
    expect(() => managementApi({ keyring, authorize: () => null, self: true as never })).toThrow('keyHolderApi()')
  })
})

describe('the OpenAPI document', () => {
  const document = openApiDocument()
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'openapi', ...document })
  const errorsOf = (name: string, value: unknown): unknown => {
    const validate = ajv.getSchema(`openapi#/components/schemas/${name}`)
    if (validate === undefined) throw new Error(`There is no schema ${name}.`)
    return validate(value) === true ? [] : validate.errors
  }

  test('names every path for programs', () => {
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/self', '/introspect', '/secret-scanning']))
    expect(Object.keys(document.paths['/self'] ?? {})).toEqual(['get', 'delete'])
  })

  test('fits what is answered', async () => {
    const { keyring, make, send } = await world()
    const { token } = await make({ expiresAt: new Date(Date.UTC(2025, 5, 1)) })
    const headers = { authorization: `Bearer ${token}` }
    const asks = introspection({ keyring, authorize: () => ({ anyWorkspace: true }) })
    const about = (body: string): Promise<Response> =>
      asks.fetch(new Request('http://x/', { method: 'POST', body: new URLSearchParams({ token: body }) }))
    expect(errorsOf('Self', (await send({ method: 'GET', path: '/self', headers })).body)).toEqual([])
    expect(errorsOf('Introspection', await (await about(token)).json())).toEqual([])
    expect(errorsOf('RevokedSelf', (await send({ method: 'DELETE', path: '/self', headers })).body)).toEqual([])
    expect(errorsOf('Introspection', { active: false })).toEqual([])
    expect(errorsOf('Introspection', { active: false, scope: 'x' })).not.toEqual([])
  })
})
