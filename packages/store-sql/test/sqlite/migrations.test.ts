import { migrating } from '../suites/migrating.ts'
import { sqliteClients } from '../support/sqlite-clients.ts'

migrating('sqlite', sqliteClients())
