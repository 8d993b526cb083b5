import { createRequire } from 'node:module'
import { httpContract } from '@claviger/testing'
import Koa from 'koa'
import { describe, test } from 'vitest'
import { serveKoa } from './harness.ts'

// The alias has no types of its own.
const Koa2 = createRequire(import.meta.url)('koa2') as typeof Koa

httpContract({ name: 'Koa 3', serve: (app) => serveKoa(new Koa(), app), runner: { describe, test } })
httpContract({ name: 'Koa 2', serve: (app) => serveKoa(new Koa2(), app), runner: { describe, test } })
