import { get } from 'node:http'

/** The status of the page of keys, to a browser that knows the server by a name. */
export function pageStatus(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`${url}/settings/api-keys`, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })
}
