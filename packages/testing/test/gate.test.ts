import { gate } from '@claviger/testing'
import { describe, expect, test } from 'vitest'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('gate', () => {
  test('holds everyone back until it is opened, and no one afterwards', async () => {
    const held = gate()
    const through: string[] = []
    const walk = async (name: string): Promise<void> => {
      await held.wait()
      through.push(name)
    }
    const first = [walk('a'), walk('b')]
    await turn()
    expect(through).toEqual([])
    expect(held.arrived()).toBe(2)
    held.open()
    await Promise.all([...first, walk('c')])
    expect(through).toEqual(['a', 'b', 'c'])
  })

  test('opens by itself when the last of so many arrives', async () => {
    const held = gate(2)
    let through = 0
    const first = held.wait().then(() => (through += 1))
    await turn()
    expect(through).toBe(0)
    await held.wait()
    await first
    expect(through).toBe(1)
  })
})
