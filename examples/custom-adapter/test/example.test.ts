import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const folder = new URL('../', import.meta.url)

test('the example serves: 200 with its key, 401 without', async () => {
  const server = spawn(process.execPath, ['dist/main.js', '0'], { cwd: fileURLToPath(folder) })
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer]
    const [, authorization = '', url = ''] = /'Authorization: (.+)' (http:\S+)/.exec(String(line)) ?? []
    const withKey = await fetch(url, { headers: { authorization } })
    expect([withKey.status, await withKey.json()]).toEqual([200, { workspace: 'ws_acme' }])
    expect((await fetch(url)).status).toBe(401)
    const gone = once(server, 'exit')
    server.kill('SIGTERM')
    expect(await gone).toEqual([0, null])
  } finally {
    server.kill('SIGKILL')
  }
})

test.each(['src/exchange.ts', 'src/api-key-auth.ts', 'src/framework.ts', 'test/http-contract.test.ts'])(
  'the page "Writing an adapter" shows the whole of %s',
  (file) => {
    const page = readFileSync(new URL('../../docs/writing-an-adapter.md', folder), 'utf8')
    expect(page).toContain(`\`\`\`ts no-check\n${readFileSync(new URL(file, folder), 'utf8')}\`\`\``)
  },
)
