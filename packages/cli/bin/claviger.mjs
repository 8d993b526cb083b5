#!/usr/bin/env node
import { processIo, run } from '@claviger/cli'

const io = processIo((specifier) => import(specifier))
const exitCode = await run(process.argv.slice(2), io)
// What the configuration opened may stay open. Everything that was written leaves first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
