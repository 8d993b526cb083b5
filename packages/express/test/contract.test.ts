import { createRequire } from 'node:module'
import { httpContract } from '@claviger/testing'
import express, { type Express } from 'express'
import { describe, test } from 'vitest'
import { serveExpress } from './harness.ts'

// The alias has no types of its own.
const express4 = createRequire(import.meta.url)('express4') as () => Express

httpContract({ name: 'Express 5', serve: (app) => serveExpress(express, app), runner: { describe, test } })
httpContract({ name: 'Express 4', serve: (app) => serveExpress(express4, app), runner: { describe, test } })
