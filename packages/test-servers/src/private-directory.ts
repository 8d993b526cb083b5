import { chmod, chown, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverAccount } from './account.ts'

/** Makes an empty temporary directory that only the server's account may enter. The name is short: sockets live here. */
export async function makePrivateDirectory(name: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `claviger-${name}-`))
  await chmod(directory, 0o700)
  if (serverAccount.uid !== undefined && serverAccount.gid !== undefined) {
    await chown(directory, serverAccount.uid, serverAccount.gid)
  }
  return directory
}
