import { mount } from '@claviger/core/mount'
import { type ContractServer, type MountApp, mountContract, serveOnLoopback } from '@claviger/testing'
import { describe, test } from 'vitest'

function serveNode({ handler, place, isHttp2, before, behind }: MountApp): Promise<ContractServer> {
  const listener = mount(handler, { prefix: (place.inside ?? '') + place.path })
  return serveOnLoopback(
    (req, res) => {
      const mounted = (): void => listener(req, res, () => behind(res))
      Promise.resolve(before?.(req, res)).then(mounted, () => res.destroy())
    },
    { isHttp2 },
  )
}

mountContract({ name: 'node:http', serve: serveNode, runner: { describe, test }, hasParsers: false })
