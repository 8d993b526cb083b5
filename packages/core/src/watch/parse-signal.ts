import { ConfigurationError } from '../errors/errors.ts'

/** Checks what ends a watch. @throws {ConfigurationError} for anything but a signal */
export function parseSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw new ConfigurationError('signal', `Expected signal to be an AbortSignal, got ${typeof signal}.`)
}
