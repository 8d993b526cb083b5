import type fc from 'fast-check'
import type { Step } from '../step.ts'
import { createAccount, deleteAccount, readAccounts, updateAccount } from './accounts.ts'
import { create } from './create.ts'
import { diagnose } from './diagnose.ts'
import { announceOwner, changeOwner } from './owners.ts'
import { pass, passToEnd } from './pass.ts'
import { get, list } from './read.ts'
import { revoke, revokeMany } from './revoke.ts'
import { endOverlap, rotate } from './rotate.ts'
import { disable, enable } from './switch.ts'
import { transfer } from './transfer.ts'
import { update } from './update.ts'
import { verify, verifyAll } from './verify.ts'

const often = [create, create, update, changeOwner, rotate, pass, passToEnd, verify, verifyAll, list]
const changes = [create, update, rotate, endOverlap, disable, enable, revoke, revokeMany, transfer, get, diagnose]
const accounts = [createAccount, updateAccount, deleteAccount, readAccounts, announceOwner]

/** Everything that can happen; some of it more often. */
export const anyStep: fc.Arbitrary<Step>[] = [often, often, changes, changes, accounts].flat()
