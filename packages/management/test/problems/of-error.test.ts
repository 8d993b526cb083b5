import {
  BusyError,
  ClosedError,
  ConfigurationError,
  ConflictError,
  CorruptRecordError,
  ForbiddenError,
  IdempotencyKeyReusedError,
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
import { describe, expect, test } from 'vitest'
import { pointerTo, problemOf } from '../../src/problems/of-error.ts'
import { problem, problemDocument, problemResponse } from '../../src/problems/problem.ts'
import { problemTable } from '../../src/problems/table.ts'

test.each([
  [new ValidationError('name', 'Expected name.'), 422, 'validation_failed'],
  [new ValidationError('expiresAt', 'Too late.', 'maxLifetime'), 422, 'expiry_out_of_policy'],
  [new ValidationError('overlap', 'Too long.', 'maxOverlap'), 422, 'validation_failed'],
  [new ValidationError('idempotencyKey', 'Too long.'), 400, 'malformed_request'],
  [new KeyNotFoundError(), 404, 'not_found'],
  [new ServiceAccountNotFoundError(), 404, 'not_found'],
  [new ForbiddenError('create', 'No.'), 403, 'forbidden'],
  [new PermissionCeilingError(['a:b']), 403, 'permission_ceiling'],
  [new ConflictError(), 409, 'conflict'],
  [new KeyEndedError('revoked'), 409, 'already_revoked'],
  [new KeyEndedError('expired'), 409, 'already_expired'],
  [new RotationInProgressError(new Date(0)), 409, 'rotation_in_progress'],
  [new IdempotencyKeyReusedError(), 422, 'idempotency_key_reused'],
  [new NotSupportedError('usage'), 501, 'not_supported'],
  [new UnavailableError('store', 'down'), 503, 'store_unavailable'],
  [new UnavailableError('owner', 'down'), 503, 'store_unavailable'],
  [new BusyError('busy'), 503, 'busy'],
  [new ClosedError(), 503, 'store_unavailable'],
  [new RevocationNotDurableError('key.revoked', { type: 'key', id: 'k' }), 503, 'revocation_not_durable'],
  [new CorruptRecordError('hash', 'text'), 500, 'internal_error'],
  [new ConfigurationError('x', 'bad'), 500, 'internal_error'],
  [new TypeError('a bug'), 500, 'internal_error'],
  ['thrown text', 500, 'internal_error'],
])('%s is %i %s', (error, status, code) => {
  expect(problemOf(error)).toMatchObject({ status, code })
})

describe('what a problem says', () => {
  test('of a conflict with a revision that the caller named', () => {
    expect(problemOf(new ConflictError(), { isConditional: true })).toMatchObject({
      status: 412,
      code: 'version_conflict',
    })
  })

  test('of rotating what has ended', () => {
    expect(problemOf(new KeyEndedError('expired'), { isRotation: true })).toMatchObject({
      code: 'key_not_rotatable',
      keyStatus: 'expired',
    })
  })

  test.each([
    ['name', '/name'],
    ['permissions[3]', '/permissions/3'],
    ['owner.id', '/owner/id'],
    ['metadata.a~b', '/metadata/a~0b'],
    ['input', ''],
  ])('of the field %s points to %s', (field, pointer) => {
    expect(problemOf(new ValidationError(field, 'Wrong.')).errors).toEqual([{ pointer, message: 'Wrong.' }])
  })

  test('of a parameter names it, and calls renamed fields as they were sent', () => {
    expect(problemOf(new ValidationError('limit', 'Wrong.'), { parameters: ['limit'] }).errors).toEqual([
      { parameter: 'limit', message: 'Wrong.' },
    ])
    const renamed = { overlap: 'overlapSeconds' }
    expect(problemOf(new ValidationError('overlap', 'Expected overlap to be less.'), { renamed }).errors).toEqual([
      { pointer: '/overlapSeconds', message: 'Expected overlapSeconds to be less.' },
    ])
  })

  test('of the ceiling points to each permission, and to the wildcard that covers it', () => {
    const body = { permissions: ['prompts:read', 'prompts:delete', 'context:*'] }
    const { errors, missing } = problemOf(new PermissionCeilingError(['prompts:delete', 'context:download']), { body })
    expect(missing).toEqual(['prompts:delete', 'context:download'])
    expect(errors?.map(({ pointer }) => pointer)).toEqual(['/permissions/1', '/permissions/2'])
  })

  test('of a rotation in progress tells when it ends', () => {
    expect(problemOf(new RotationInProgressError(new Date(0))).overlapEndsAt).toBe('1970-01-01T00:00:00.000Z')
  })

  test('of our own faults is nothing of what happened', () => {
    const secret = 'insert into keys values ($1)'
    expect(
      JSON.stringify(problemOf(new UnavailableError('store', secret, { cause: new Error(secret) }))),
    ).not.toContain(secret)
    expect(JSON.stringify(problemOf(new Error(secret)))).not.toContain(secret)
  })
})

test('a JSON pointer escapes what it must', () => {
  expect(pointerTo(['a/b', 'c~d', 0])).toBe('/a~1b/c~0d/0')
})

test('every code says what happened, and has a status of its kind', () => {
  for (const [code, { status, title, detail }] of Object.entries(problemTable)) {
    expect(code).toMatch(/^[a-z_]+$/)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(title.length).toBeGreaterThan(3)
    expect(detail).toMatch(/\.$/)
  }
})

test('a problem is sent as RFC 9457 says, and is never cached', async () => {
  const response = problemResponse(problem('store_unavailable'), 'req_1')
  expect(response.status).toBe(503)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': 'req_1',
    'retry-after': '1',
  })
  expect(await response.json()).toEqual({
    type: 'urn:claviger:problem:store_unavailable',
    title: 'Temporarily unavailable',
    status: 503,
    code: 'store_unavailable',
    detail: expect.any(String),
    fix: expect.any(String),
    requestId: 'req_1',
  })
  expect(problemDocument(problem('read_only'), 'req_1')).not.toHaveProperty('fix')
})
