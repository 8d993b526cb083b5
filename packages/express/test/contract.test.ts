import { httpContract } from '@claviger/testing'
import express, { type Express } from 'express'
// @ts-expect-error the alias has no types of its own
import untypedExpress4 from 'express4'
import { describe, test } from 'vitest'
import { serveExpress } from './harness.ts'

const express4 = untypedExpress4 as () => Express

httpContract({ name: 'Express 5', serve: (app) => serveExpress(express, app), runner: { describe, test } })
httpContract({ name: 'Express 4', serve: (app) => serveExpress(express4, app), runner: { describe, test } })
