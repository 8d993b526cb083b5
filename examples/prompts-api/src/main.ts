import { runExample } from '@claviger/example-console-demo/prompts'
import { fileURLToPath } from 'node:url'
import { createApp } from './app.ts'

await runExample(createApp, fileURLToPath(new URL('../.data', import.meta.url)))
