import type { Activity, ServiceAccountRecord } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'

const workspaces = ['ws_acme', 'ws_other']
const everywhere = async <Item>(read: (workspaceId: string) => Promise<readonly Item[]>): Promise<readonly Item[]> =>
  (await Promise.all(workspaces.map(read))).flat()

/** Answers for all workspaces. */
const leaking = (store: FullStore): FullStore => ({
  ...store,
  list: async (query) => ({
    items: await everywhere(async (workspaceId) => (await store.list({ ...query, workspaceId })).items),
    nextCursor: null,
  }),
  activity: async (query) => ({
    items: await everywhere<Activity>(async (workspaceId) => (await store.activity({ ...query, workspaceId })).items),
    nextCursor: null,
  }),
  services: async (query) => ({
    items: await everywhere<ServiceAccountRecord>(
      async (workspaceId) => (await store.services({ ...query, workspaceId })).items,
    ),
    nextCursor: null,
  }),
  usage: (query) => everywhere((workspaceId) => store.usage({ ...query, workspaceId })),
  busiest: async (query) => ({
    keys: await everywhere(async (workspaceId) => (await store.busiest({ ...query, workspaceId })).keys),
    othersAtMost: 0,
    activeKeys: 1,
  }),
})

export const isolation: readonly Defect[] = [
  {
    name: 'searches all workspaces',
    breaks: (store) => ({ list: (query) => (query.search === undefined ? store : leaking(store)).list(query) }),
    fails: ['only keys of the workspace'],
  },
  {
    name: 'finds visible owners in all workspaces',
    breaks: (store) => ({ list: (query) => (query.visibleOwners === undefined ? store : leaking(store)).list(query) }),
    fails: ['only keys of the workspace'],
  },
  {
    name: 'follows a cursor into the workspace it came from',
    breaks: (store) => ({ list: (query) => (query.cursor === undefined ? store : leaking(store)).list(query) }),
    fails: ['cursor from there'],
  },
  {
    name: 'tells usage, activity and service accounts of all workspaces',
    breaks: (store) => {
      const { usage, busiest, activity, services } = leaking(store)
      return { usage, busiest, activity, services }
    },
    fails: ['no usage', 'no busy key', 'no activity', 'no service account'],
  },
]
