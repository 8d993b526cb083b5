import {
  BusyError,
  ConfigurationError,
  ConflictError,
  ForbiddenError,
  KeyEndedError,
  KeyNotFoundError,
  NotSupportedError,
  PermissionCeilingError,
  RevocationNotDurableError,
  RotationInProgressError,
  ServiceAccountNotFoundError,
  UnavailableError,
  ValidationError,
} from '@claviger/core'
import { ManagementClientError, type ProblemCode } from '@claviger/management/client'
import { describe, expect, test } from 'vitest'
import { CliError } from '../../src/exits/cli-error.ts'
import { exitCodes } from '../../src/exits/exit-codes.ts'
import { failureDocument, failureOf } from '../../src/exits/failure.ts'

describe('the exit code', () => {
  test.each([
    [new KeyNotFoundError(), 3],
    [new ServiceAccountNotFoundError(), 3],
    [new ForbiddenError('create', 'no'), 4],
    [new PermissionCeilingError(['prompts:read']), 4],
    [new UnavailableError('store', 'down'), 5],
    [new BusyError('busy'), 5],
    [new RevocationNotDurableError('key.revoked', { type: 'key', id: '0123456789abcdef' }), 5],
    [new ConfigurationError('prefix', 'wrong'), 2],
    [new ValidationError('name', 'wrong'), 2],
    [new ConflictError(), 1],
    [new KeyEndedError('revoked'), 1],
    [new RotationInProgressError(new Date(0)), 1],
    [new NotSupportedError('usage'), 1],
    [new CliError('interrupted', 'interrupted', 'stop'), 130],
    [new TypeError('fetch failed'), 5],
    [new Error('anything'), 1],
    ['a text', 1],
    [undefined, 1],
  ])('of %s is %d', (error, code) => {
    expect(exitCodes[failureOf(error).ending]).toBe(code)
  })

  test.each<[ProblemCode, number]>([
    ['unauthenticated', 4],
    ['forbidden', 4],
    ['permission_ceiling', 4],
    ['read_only', 4],
    ['step_up_required', 4],
    ['not_found', 3],
    ['validation_failed', 2],
    ['expiry_out_of_policy', 2],
    ['rotation_in_progress', 1],
    ['already_revoked', 1],
    ['version_conflict', 1],
    ['not_supported', 1],
    ['store_unavailable', 5],
    ['busy', 5],
    ['revocation_not_durable', 5],
    ['internal_error', 1],
  ])('of the problem %s is %d', (code, exitCode) => {
    const problem = { type: 'x', title: 'x', status: 400, detail: 'What happened.', code, requestId: 'req_1' }
    const failure = failureOf(new ManagementClientError(400, problem, undefined))
    expect(failureDocument(failure)).toMatchObject({ code, detail: 'What happened.', exitCode })
  })

  test('of an answer that is not one of the API says where to look', () => {
    expect(failureOf(new ManagementClientError(502, undefined, undefined))).toMatchObject({ ending: 'unreachable' })
    expect(failureOf(new ManagementClientError(404, undefined, undefined))).toMatchObject({
      ending: 'failed',
      fix: 'Is the API mounted at --url?',
    })
  })
})
