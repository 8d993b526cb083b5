import { httpContract } from '@claviger/testing'
import Koa from 'koa'
// @ts-expect-error the alias has no types of its own
import UntypedKoa2 from 'koa2'
import { describe, test } from 'vitest'
import { serveKoa } from './harness.ts'

const Koa2 = UntypedKoa2 as typeof Koa

httpContract({ name: 'Koa 3', serve: (app) => serveKoa(new Koa(), app), runner: { describe, test } })
httpContract({ name: 'Koa 2', serve: (app) => serveKoa(new Koa2(), app), runner: { describe, test } })
