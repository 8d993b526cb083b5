import { mount as mountOnExpress } from '@claviger/express'
import { mount as mountOnKoa } from '@claviger/koa'
import express from 'express'
// @ts-expect-error the alias has no types of its own
import untypedExpress4 from 'express4'
import helmet from 'helmet'
import Koa from 'koa'
// @ts-expect-error the alias has no types of its own
import untypedKoa2 from 'koa2'
import koaBodyparser from 'koa-bodyparser'
import koaHelmet from 'koa-helmet'
// @ts-expect-error it has no types
import untypedKoaMount from 'koa-mount'
import type { RequestListener } from 'node:http'

const koaMount = untypedKoaMount as (path: string, mounted: Koa.Middleware) => Koa.Middleware

/** Serves a console below a path; `|` divides it between nested routers. */
export type Serve = (page: Parameters<typeof mountOnExpress>[0], path: string) => RequestListener

/** What stands before the console. */
interface Surroundings {
  readonly isParsed?: boolean
  readonly isHelmeted?: boolean
}

function onExpress(major: typeof express, { isParsed = false, isHelmeted = false }: Surroundings = {}): Serve {
  return (page, path) => {
    const app = major()
    if (isHelmeted) app.use(helmet())
    if (isParsed) app.use(major.json(), major.urlencoded({ extended: true }))
    const [outer = '', inner = ''] = path.split('|')
    if (inner === '') return app.use(outer, mountOnExpress(page))
    const router = major.Router()
    router.use(inner, mountOnExpress(page))
    return app.use(outer, router)
  }
}

function koaApp(major: typeof Koa, { isParsed = false, isHelmeted = false }: Surroundings): Koa {
  const app = new major()
  if (isHelmeted) app.use(koaHelmet())
  if (isParsed) app.use(koaBodyparser())
  return app
}

function listenerOf(app: Koa): RequestListener {
  const answer = app.callback()
  return (incoming, outgoing) => void answer(incoming, outgoing)
}

function onKoa(major: typeof Koa, surroundings: Surroundings = {}): Serve {
  return (page, path) =>
    listenerOf(
      koaApp(major, surroundings).use(mountOnKoa(page, { prefix: path.replace('|', '').replace(/\/:\w+/, '/one') })),
    )
}

function belowKoaMount(major: typeof Koa, surroundings: Surroundings = {}): Serve {
  return (page, path) => {
    const [outer = '', inner = ''] = path.replace(/\/:\w+/, '/one').split('|')
    const mounted = mountOnKoa(page)
    const app = koaApp(major, surroundings)
    app.use(koaMount(outer, inner === '' ? mounted : koaMount(inner, mounted)))
    return listenerOf(app)
  }
}

const express4 = untypedExpress4 as typeof express
const koa2 = untypedKoa2 as typeof Koa

/** Every framework, with what commonly stands before the console in it. */
export const hosts: readonly (readonly [name: string, serve: Serve])[] = [
  ['Express 5', onExpress(express)],
  ['Express 5 behind body parsers and helmet', onExpress(express, { isParsed: true, isHelmeted: true })],
  ['Express 4', onExpress(express4)],
  ['Express 4 behind body parsers and helmet', onExpress(express4, { isParsed: true, isHelmeted: true })],
  ['Koa 3', onKoa(Koa)],
  [
    'Koa 3 below koa-mount, behind koa-bodyparser and koa-helmet',
    belowKoaMount(Koa, { isParsed: true, isHelmeted: true }),
  ],
  ['Koa 2', onKoa(koa2)],
  [
    'Koa 2 below koa-mount, behind koa-bodyparser and koa-helmet',
    belowKoaMount(koa2, { isParsed: true, isHelmeted: true }),
  ],
]
