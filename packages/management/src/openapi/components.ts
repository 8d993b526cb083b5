import { z } from 'zod'
import {
  actorReference,
  createdKeySchema,
  keySchema,
  replayedKeySchema,
  revocationsSchema,
  rotationSchema,
  secretSchema,
} from '../schemas/answers.ts'
import {
  createKeyBody,
  createServiceAccountBody,
  diagnoseBody,
  ownerInput,
  reasonBody,
  revokeKeysBody,
  rotateKeyBody,
  transferKeyBody,
  updateKeyBody,
  updateServiceAccountBody,
} from '../schemas/inputs.ts'
import { importKeysBody, importSchema } from '../schemas/imports.ts'
import { keyCallersSchema } from '../schemas/callers.ts'
import { keyLimitsSchema } from '../schemas/limits.ts'
import {
  diagnosisSchema,
  eventSchema,
  keyUsageSchema,
  permissionsSchema,
  problemSchema,
  serviceAccountSchema,
  usageSchema,
  whoamiSchema,
} from '../schemas/others.ts'
import {
  foundTokensBody,
  introspectBody,
  introspectionSchema,
  revokedSelfSchema,
  selfSchema,
} from '../schemas/programs.ts'

/** The schemas that have a name in the OpenAPI document. */
const named: Readonly<Record<string, z.ZodType>> = {
  Key: keySchema,
  Secret: secretSchema,
  ActorReference: actorReference,
  CreatedKey: createdKeySchema,
  ReplayedKey: replayedKeySchema,
  Rotation: rotationSchema,
  Revocations: revocationsSchema,
  Import: importSchema,
  KeyUsage: keyUsageSchema,
  KeyCallers: keyCallersSchema,
  KeyLimits: keyLimitsSchema,
  Usage: usageSchema,
  Event: eventSchema,
  Diagnosis: diagnosisSchema,
  Permissions: permissionsSchema,
  ServiceAccount: serviceAccountSchema,
  Whoami: whoamiSchema,
  Problem: problemSchema,
  Owner: ownerInput,
  CreateKey: createKeyBody,
  UpdateKey: updateKeyBody,
  RotateKey: rotateKeyBody,
  Reason: reasonBody,
  TransferKey: transferKeyBody,
  RevokeKeys: revokeKeysBody,
  ImportKeys: importKeysBody,
  Diagnose: diagnoseBody,
  CreateServiceAccount: createServiceAccountBody,
  UpdateServiceAccount: updateServiceAccountBody,
  Self: selfSchema,
  RevokedSelf: revokedSelfSchema,
  Introspect: introspectBody,
  Introspection: introspectionSchema,
  FoundTokens: foundTokensBody,
}

/** A JSON Schema, 2020-12, as OpenAPI 3.1 has them. */
export type JsonSchema = Readonly<Record<string, unknown>>

// A registry of our own: names in the global one would be those of the host, too.
const registry = z.registry<{ id: string }>()
for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })

const pathTo = (id: string): string => `#/components/schemas/${id}`

/** Every named schema. */
export function componentSchemas(): Readonly<Record<string, JsonSchema>> {
  const { schemas } = z.toJSONSchema(registry, { uri: pathTo, io: 'input' })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]))
}

/** A schema in its place: by its name where it has one. */
export function schemaOf(schema: z.ZodType): JsonSchema {
  const id = registry.get(schema)?.id
  if (id !== undefined) return { $ref: pathTo(id) }
  // Named schemas inside become references.
  const holder = z.registry<{ id: string }>()
  for (const [name, each] of Object.entries(named)) holder.add(each, { id: name })
  holder.add(schema, { id: unnamed })
  const { schemas } = z.toJSONSchema(holder, { uri: pathTo, io: 'input' })
  return plain(schemas[unnamed] ?? {})
}

const unnamed = '-'

function plain(schema: object): JsonSchema {
  const { $schema: _, $id: __, ...rest } = schema as { readonly $schema?: unknown; readonly $id?: unknown }
  return rest
}
