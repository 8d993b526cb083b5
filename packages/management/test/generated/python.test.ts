import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InputData, JSONSchemaInput, quicktype } from 'quicktype-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openApiDocument } from '../../src/index.ts'
import { servedWorld } from './serve.ts'

const run = promisify(execFile)
const python = await run('python3', ['--version']).then(
  () => true,
  () => false,
)
if (!python && process.env['CI'] === 'true')
  throw new Error('python3 is not installed, and nothing may be skipped in CI')

// Types are generated; what sends the requests is Python's standard library.
const program = `
import json, sys, urllib.error, urllib.request
from shapes import *

base = sys.argv[1]

def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"x-test-user": "ada", **({} if data is None else {"Content-Type": "application/json"})}
    request = urllib.request.Request(base + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)

_, made = call("POST", "/keys", {"name": "CI", "environment": "ci", "permissions": ["prompts:read"]})
made = created_key_from_dict(made)
_, rotated = call("POST", f"/keys/{made.key.id}/rotate", {"overlapSeconds": 3600})
rotated = rotation_from_dict(rotated)
_, revoked = call("DELETE", f"/keys/{made.key.id}")
revoked = key_from_dict(revoked)
status, problem = call("GET", "/keys/AAAAAAAAAAAAAAAA")
problem = problem_from_dict(problem)
print(json.dumps({
    "tokens": [made.token, rotated.token],
    "status": [made.key.status.value, rotated.key.status.value, revoked.status.value],
    "created": made.key.created_at.isoformat(),
    "problem": [status, str(getattr(problem.code, "value", problem.code))],
}))
`

describe.skipIf(!python)('Python', () => {
  test('classes that a public generator makes of the document hold what the API answers', {
    timeout: 60_000,
  }, async () => {
    const { baseUrl, keyring } = await servedWorld()
    const folder = await mkdtemp(join(tmpdir(), 'claviger-python-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'shapes.py'), await pythonClasses())
    await writeFile(join(folder, 'story.py'), program)
    const { stdout } = await run('python3', [join(folder, 'story.py'), baseUrl])
    const { tokens, ...rest } = JSON.parse(stdout) as { readonly tokens: readonly string[] }
    expect(rest).toEqual({
      status: ['active', 'rotating', 'revoked'],
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/) as string,
      problem: [404, 'not_found'],
    })
    for (const token of tokens) {
      expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
    }
  })
})

async function pythonClasses(): Promise<string> {
  const schema = new JSONSchemaInput(undefined)
  const { components } = openApiDocument()
  for (const name of ['Key', 'CreatedKey', 'Rotation', 'Problem']) {
    const text = JSON.stringify({ $ref: `#/components/schemas/${name}`, components })
    await schema.addSource({ name, schema: text })
  }
  const inputData = new InputData()
  inputData.addInput(schema)
  const { lines } = await quicktype({ inputData, lang: 'python', rendererOptions: { 'python-version': '3.7' } })
  return lines.join('\n')
}
