import { describe, expect, test } from 'vitest'
import { ada, scene } from './support/scene.ts'

describe('a confirmation that is wrong', () => {
  test.each(['Web', 'acme_production_'.padEnd(50, 'A')])('keeps the reason, and is said once: %s', async (confirm) => {
    const made = scene()
    const { key } = await made.keys.create({
      name: 'Website',
      environment: 'production',
      owner: { type: 'user', id: 'ada' },
    })
    const first = await made.as(ada).get(`/keys/${key.id}/revoke`)
    expect(first.html).not.toContain('aria-invalid')
    const { status, html } = await made.as(ada).post(`/keys/${key.id}/revoke`, { confirm, reason: 'Leaked in a chat' })
    expect(status).toBe(422)
    expect(html).toContain('value="Leaked in a chat"')
    expect(html.split('as it stands here, or its last 4 characters.')).toHaveLength(2)
    expect(html).not.toContain(`value="${confirm}"`)
    // The field has the focus, and the browser says nothing over what is wrong.
    expect(html).toMatch(/id="f-confirm"[^>]*autofocus/)
    expect(html.split('autofocus')).toHaveLength(2)
    expect(html).toMatch(/<form [^>]*novalidate/)
  })
})
