import type { Defect } from '../honest-store.ts'

/** Gives the same object for the same question, as a store does that hands out what it holds. */
function remembering<Question, Answer>(
  ask: (question: Question) => Promise<Answer>,
): (question: Question) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>()
  return (question) => {
    const id = JSON.stringify(question)
    const answer = answers.get(id) ?? ask(question)
    answers.set(id, answer)
    return answer
  }
}

export const copies: readonly Defect[] = [
  {
    name: 'keeps the object it was given',
    breaks: (store) => {
      const kept = new Map<string, unknown>()
      return {
        commit: (change) => {
          for (const { type, record } of change.writes) if (type === 'key') kept.set(record.id, record)
          return store.commit(change)
        },
        find: async (ids) => new Map(ids.flatMap((id) => (kept.has(id) ? [[id, kept.get(id) as 'corrupt']] : []))),
      }
    },
    fails: ['keeps what was committed', 'what find gave'],
  },
  {
    name: 'gives out the object it holds on find',
    breaks: (store) => ({ find: remembering(store.find) }),
    fails: ['what find gave'],
  },
  {
    name: 'gives out the object it holds on list',
    breaks: (store) => ({ list: remembering(store.list) }),
    fails: ['what list gave'],
  },
  {
    name: 'gives out the object it holds on a conflict',
    breaks: (store) => {
      const held = new Map<string, object>()
      return {
        commit: async (change) => {
          const result = await store.commit(change)
          if (result.ok || result.current === null) return result
          const id = 'id' in result.current ? result.current.id : result.current.idempotencyKey
          const current = (held.get(id) ?? result.current) as typeof result.current
          held.set(id, current)
          return { ...result, current }
        },
      }
    },
    fails: ['current record of a conflict'],
  },
  {
    name: 'gives out the service accounts it holds',
    breaks: (store) => ({ services: remembering(store.services) }),
    fails: ['service accounts and activity'],
  },
  {
    name: 'gives out the activity it holds',
    breaks: (store) => ({ activity: remembering(store.activity) }),
    fails: ['service accounts and activity'],
  },
  {
    name: 'gives out the change log it holds',
    breaks: (store) => ({ poll: remembering(store.poll) }),
    fails: ['the change log'],
  },
  {
    name: 'gives out the usage it holds',
    breaks: (store) => ({ usage: remembering(store.usage) }),
    fails: ['keeps usage'],
  },
]
