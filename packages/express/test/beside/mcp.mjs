import { apiKeyAuth, apiKeyOf } from '@claviger/express'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'

export function createApp(keyring, { verifier, resourceMetadataUrl }) {
  const auth = apiKeyAuth(keyring)
  // A client without a token learns from its 401 where to get one.
  const oauth = requireBearerAuth({ verifier, resourceMetadataUrl })
  // Tools find who calls in `authInfo`, whichever way it came. The token of a key has no business there.
  const keyAsAuthInfo = (req, _res, next) => {
    if (req.apiKey) req.auth = { token: '', clientId: apiKeyOf(req).id, scopes: [...apiKeyOf(req).permissions] }
    next()
  }

  const app = express()
  app.use(
    '/mcp',
    auth.either(oauth, { permissionsOf: (req) => req.auth.scopes }),
    auth.require('prompts:read'),
    keyAsAuthInfo,
  )
  app.post('/mcp', express.json(), (req, res, next) => {
    const server = new McpServer({ name: 'prompts', version: '1.0.0' })
    server.registerTool('whoami', { description: 'Who calls' }, ({ authInfo }) => ({
      content: [{ type: 'text', text: authInfo.clientId }],
    }))
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true })
    res.on('close', () => void server.close())
    const answer = () => transport.handleRequest(req, res, req.body)
    server.connect(transport).then(answer).catch(next)
  })
  return app
}
