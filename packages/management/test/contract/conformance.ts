import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect } from 'vitest'
import { openApiDocument } from '../../src/index.ts'
import type { Ask, Reply, Send } from '../support/world.ts'

const document = openApiDocument()
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema({ $id: 'api', ...document })

/** Sends, and compares every answer with what the OpenAPI document says of it. */
export function conforming(send: Send): Send {
  return async (ask) => {
    const reply = await send(ask)
    requireConformance(ask, reply)
    return reply
  }
}

/** What every answer must be, and what the document says of this one. */
function requireConformance({ method, path }: Ask, reply: Reply): void {
  const { status, headers, body, text } = reply
  const where = `${method} ${path}: ${status} ${text.slice(0, 400)}`
  expect(headers.get('cache-control'), where).toBe('private, no-store')
  expect(headers.get('x-content-type-options'), where).toBe('nosniff')
  expect(headers.get('x-request-id'), where).toMatch(/^\S{1,128}$/)
  if (status >= 400) {
    expect(headers.get('content-type'), where).toBe('application/problem+json; charset=utf-8')
    expect(body, where).toMatchObject({
      status,
      requestId: headers.get('x-request-id'),
      type: `urn:claviger:problem:${body.code}`,
    })
  }
  const operation = operationOf(method, path)
  if (operation === undefined) {
    expect([404, 405, 401, 403, 400], where).toContain(status)
    return
  }
  const described = operation.responses[String(status)]
  expect(described, `${where}: the document does not know this status`).toBeDefined()
  const type = status >= 400 ? 'application/problem+json' : 'application/json'
  const validate = validatorAt(operation.pointer, status, type)
  expect(validate(body), `${where} ${ajv.errorsText(validate.errors)}`).toBe(true)
  if (status >= 400) expect(described?.description, where).toContain(`\`${body.code}\``)
  for (const name of ['ETag', 'Location', 'Link', 'Idempotent-Replayed', 'Retry-After']) {
    if (headers.has(name)) expect(Object.keys(described?.headers ?? {}), where).toContain(name)
  }
}

interface Operation {
  readonly pointer: string
  readonly responses: Readonly<Record<string, { readonly description: string; readonly headers?: object }>>
}

function operationOf(method: string, path: string): Operation | undefined {
  const [pathname = ''] = path.split('?', 1)
  const templates = Object.keys(document.paths).toSorted((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
  const name = method === 'HEAD' ? 'get' : method.toLowerCase()
  const template = templates.find(
    (each) =>
      Object.hasOwn(document.paths[each] ?? {}, name) &&
      new RegExp(`^${each.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  )
  if (template === undefined) return undefined
  const operation = document.paths[template]?.[name] as Pick<Operation, 'responses'>
  return { pointer: `#/paths/${template.replaceAll('~', '~0').replaceAll('/', '~1')}/${name}`, ...operation }
}

const validators = new Map<string, ValidateFunction>()

function validatorAt(pointer: string, status: number, type: string): ValidateFunction {
  const at = `api${encodeURI(pointer)}/responses/${status}/content/${type.replaceAll('/', '~1')}/schema`
  const validate = validators.get(at) ?? ajv.compile({ $ref: at })
  validators.set(at, validate)
  return validate
}
