import { SetupError } from '../errors/errors.ts'
import { readOptions } from '../options.ts'
import type { KeyForm } from './mistake.ts'

/** The names of what a `KeyForm` holds. */
export const keyFormNames = ['prefix', 'environments', 'otherForms'] as const

const label = /^[a-z][a-z0-9]{0,15}$/

/** Reads what is known about the keys of an API. */
export function parseKeyForm(call: string, options: KeyForm | undefined): KeyForm {
  return checkKeyForm(call, readOptions<KeyForm>(call, options, keyFormNames))
}

/** The same among other options, which were read already. */
export function checkKeyForm(call: string, { prefix, environments, otherForms }: KeyForm): KeyForm {
  if (prefix !== undefined && !isLabel(prefix)) {
    throw new SetupError('prefix', `${call} expects prefix to be what keys begin with, such as "acme".`)
  }
  const isList = environments === undefined || (Array.isArray(environments) && environments.every(isLabel))
  if (!isList) throw new SetupError('environments', `${call} expects environments to be a list such as ["production"].`)
  if (otherForms !== undefined && !(otherForms instanceof RegExp)) {
    throw new SetupError('otherForms', `${call} expects otherForms to be a regular expression.`)
  }
  return { prefix, environments: environments && [...environments], otherForms }
}

function isLabel(value: unknown): value is string {
  return typeof value === 'string' && label.test(value)
}
