// Preloaded with `--import`: lets any server of the process listen on a free port of its own, whatever its code says,
// and prints which.
import { Server } from 'node:net'

const inherited = Reflect.get(Server.prototype, 'listen')

Server.prototype.listen = function listenOnFreePort(...args) {
  const callback = args.find((argument) => typeof argument === 'function')
  this.once('listening', () => process.stdout.write(`port=${this.address().port};\n`))
  return inherited.call(this, 0, '127.0.0.1', callback)
}
