import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hourMs } from '../../../src/store/usage.ts'
import { agentKept, givingPlace, mostOfSecret, type Present } from '../../../src/usage/callers/room.ts'

const now = 10 * hourMs
const caller = (network: string | null, agent: string | null, agoMs = 1): Present => ({
  network,
  agent,
  lastUsedAt: now - agoMs,
})
const six = ['a', 'b', 'c', 'd', 'e', 'f']

describe('the program as which a new caller is kept', () => {
  test('is its own while its network has named less than six', () => {
    const five = six.slice(1).map((name) => caller('10.0.0.0/16', name))
    expect(agentKept([...five, caller('10.1.0.0/16', 'x')], caller('10.0.0.0/16', 'new'), now)).toBe('new')
  })

  test('is not known once its network has named six, and its own again when one has not come for an hour', () => {
    const present = six.map((name) => caller(null, name))
    expect(agentKept(present, caller(null, 'new'), now)).toBeNull()
    expect(agentKept([...present.slice(1), caller(null, 'a', hourMs)], caller(null, 'new'), now)).toBe('new')
  })
})

describe('the caller that gives its place', () => {
  test('is the one that has not come for the longest, once that is an hour', () => {
    const present = [
      ...six.map((name) => caller('10.0.0.0/16', name, hourMs)),
      caller('10.1.0.0/16', 'old', hourMs + 1),
    ]
    expect(givingPlace(present, '10.0.0.0/16', now)).toMatchObject({ agent: 'old' })
  })

  test('is one of the network that holds the most, for a network that holds two less', () => {
    const present = [
      ...six.map((name, index) => caller('10.0.0.0/16', name, 10 - index)),
      caller('10.1.0.0/16', 'x', 99),
    ]
    expect(givingPlace(present, '10.2.0.0/16', now)).toMatchObject({ network: '10.0.0.0/16', agent: 'a' })
  })

  test('is not found within a network, nor between networks that hold as much', () => {
    const full = Array.from({ length: mostOfSecret }, (_, index) => caller(`10.${index}.0.0/16`, 'x'))
    expect(givingPlace(full, '10.99.0.0/16', now)).toBeUndefined()
    expect(
      givingPlace(
        six.map((name) => caller(null, name)),
        null,
        now,
      ),
    ).toBeUndefined()
  })

  test('is never the last one of its network within the hour', () => {
    const network = fc.constantFrom('10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', null)
    const presents = fc.array(
      fc.record({ network, agent: fc.constant('x'), lastUsedAt: fc.integer({ min: now - hourMs + 1, max: now }) }),
      { minLength: mostOfSecret, maxLength: mostOfSecret },
    )
    fc.assert(
      fc.property(presents, network, (present, own) => {
        const gone = givingPlace(present, own, now)
        if (gone === undefined) return
        const others = present.filter((one) => one !== gone && one.network === gone.network)
        expect(others.length).toBeGreaterThan(0)
        expect(gone.network).not.toBe(own)
      }),
    )
  })
})
