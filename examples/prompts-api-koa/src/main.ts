import { runExample } from '@claviger/example-console-demo/prompts'
import { fileURLToPath } from 'node:url'
import { createApp } from './app.ts'

await runExample(
  (keyring, url) => createApp(keyring, url).callback(),
  fileURLToPath(new URL('../.data', import.meta.url)),
)
