import { type Agent, type IncomingMessage, request } from 'node:http'

/** One request with a token; what it was answered, once its body has ended. */
export function getWith(port: number, agent: Agent, token: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    const sent = request({ port, host: '127.0.0.1', agent, headers }, (response) => {
      response.resume()
      response.once('end', () => resolve(response))
    })
    sent.once('error', reject).end()
  })
}
