import { test } from 'vitest'
import { keyringWithKey } from '/work/main/packages/core/test/http/keyring.ts'
import { createHttpAuth } from '/work/main/packages/core/src/http/http-auth.ts'
test('bench', async () => {
  const { keyring, token } = await keyringWithKey()
  await keyring.verify(token, { carrier: 'bearer' })
  const { gate } = createHttpAuth(keyring).authenticate()
  const withH = createHttpAuth(keyring, {header:'X-API-Key'}).authenticate().gate
  const guard = createHttpAuth(keyring).require('docs:read').gate
  const raw = ['Host','localhost:3000','User-Agent','curl/8.0','Accept','*/*','Accept-Encoding','gzip, br','Connection','keep-alive','Authorization',`Bearer ${token}`,'X-Request-Id','abc','Content-Type','application/json']
  const headers = Object.fromEntries(raw.flatMap((n,i)=> i%2===0 ? [[n.toLowerCase(), raw[i+1]]] : []))
  for (const [name, f] of [['recall', () => keyring.recall('bearer', `Bearer ${token}`)],['gate', () => gate({method:'GET',url:'/',rawHeaders:raw,headers}, undefined)],['gate+header', () => withH({method:'GET',url:'/',rawHeaders:raw,headers}, undefined)],['gate+guard', () => { const r={method:'GET',url:'/',rawHeaders:raw,headers}; gate(r,undefined); guard(r,undefined)}], ['401', () => gate({method:'GET',url:'/',rawHeaders:raw.slice(0,8),headers:{}}, undefined)]] as const) {
    for (let i=0;i<100000;i++) f()
    const t=process.hrtime.bigint(); const N=300000
    for (let i=0;i<N;i++) f()
    console.log(name, Number(process.hrtime.bigint()-t)/N, 'ns')
  }
}, 60000)
