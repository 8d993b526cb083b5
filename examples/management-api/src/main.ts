import { once } from 'node:events'
import { createServer } from 'node:http'
import { closeGracefully } from '@claviger/express'
import { createApp } from './app.ts'
import { createPipelineKey, createTeamKeyring } from './keyring.ts'

const keyring = createTeamKeyring()
await keyring.ready()
const { token } = await createPipelineKey(keyring)

const server = createServer(createApp(keyring))
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}/api/api-keys`
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void closeGracefully(server, keyring))

process.stdout.write(`API=${url}
KEY=${token}

# who am I, and what may I do?
curl -s $API/whoami -H "Authorization: Bearer $KEY"
# another key
curl -s $API/keys -H "Authorization: Bearer $KEY" --json '{ "name": "Website", "environment": "production" }'
# every key that this one sees
curl -s $API/keys -H "Authorization: Bearer $KEY"
# the end of this key
curl -s $API/self -X DELETE -H "Authorization: Bearer $KEY"
`)
