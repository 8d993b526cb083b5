import { SetupError } from '../errors/errors.ts'
import { readOptions } from '../options.ts'
import type { ExpectedForm, KeyForm } from './mistake.ts'

/** The names of what a `KeyForm` holds. */
export const keyFormNames = ['prefix', 'environments', 'otherForms'] as const

const label = /^[a-z][a-z0-9]{0,15}$/

/** Reads what is known about the keys of an API. */
export function parseKeyForm(call: string, options: KeyForm | undefined): ExpectedForm {
  return checkKeyForm(call, readOptions<KeyForm>(call, options, keyFormNames))
}

/** The same among other options, which were read already. */
export function checkKeyForm(call: string, { prefix, environments, otherForms }: KeyForm): ExpectedForm {
  const prefixes = typeof prefix === 'string' ? [prefix] : prefix
  if (prefixes !== undefined && !isListOfLabels(prefixes)) {
    throw new SetupError(
      'prefix',
      `${call} expects prefix to be what keys begin with, such as "acme", or a list of that.`,
    )
  }
  if (environments !== undefined && !isListOfLabels(environments)) {
    throw new SetupError('environments', `${call} expects environments to be a list such as ["production"].`)
  }
  if (otherForms !== undefined && !(otherForms instanceof RegExp)) {
    throw new SetupError('otherForms', `${call} expects otherForms to be a regular expression.`)
  }
  return { prefixes: prefixes && [...prefixes], environments: environments && [...environments], otherForms }
}

function isListOfLabels(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && label.test(each))
}
