import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeOnce } from './make-once.ts'
import type { Tell } from './server.ts'

const run = promisify(execFile)
const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' }

/** False after `npm test -- --no-install` and its like. */
const mayInstall = () => process.env.SLIP_TEST_NO_INSTALL === undefined

/**
 * Installs packages of Debian, each named before; as root.
 * @throws Error without apt-get, when --no-install forbids it, or with the last words of apt-get
 */
export async function installPackages(packages: readonly string[], tell: Tell): Promise<void> {
  requireDebian(packages)
  tell(`installing packages of Debian: ${packages.join(' ')} (--no-install forbids it)`)
  // Another run may install at the same time: wait for it.
  const install = ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...packages]
  // The lists of packages may be absent, as in an image, or too old.
  await apt(install).catch(() => apt(['update']).then(() => apt(install)))
}

/**
 * Puts packages of Debian, and those they need that are not installed, into `folder` instead of the system; for those
 * who are not root. Two at once are no error.
 * @throws Error like installPackages
 */
export async function unpackPackages(packages: readonly string[], folder: string, tell: Tell): Promise<void> {
  requireDebian(packages)
  tell(`unpacking packages of Debian into ${folder}: ${packages.join(' ')} (--no-install forbids it)`)
  await makeOnce(folder, async (root, work) => {
    for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(work, name), { recursive: true })
    // Only root may write the system's lists of packages.
    const own = ['-o', `Dir::State::lists=${work}/lists`, '-o', `Dir::Cache=${work}/cache`]
    await apt([...own, 'update'])
    const said = await apt([...own, 'install', '--simulate', '--no-install-recommends', ...packages])
    const wanted = said.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+)/gm)
    await apt([...own, 'download', ...[...wanted].map(([, name, version]) => `${name}=${version}`)], work)
    for (const archive of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg', ['--extract', join(work, archive), root])
    }
  })
}

function requireDebian(packages: readonly string[]): void {
  const names = packages.join(' ')
  if (!mayInstall()) throw new Error(`${names} of Debian would have to be installed, and --no-install forbids it`)
  if (!existsSync('/usr/bin/apt-get'))
    throw new Error(`${names} can be installed on Debian only, and this is another system`)
}

/** Runs apt-get; what it printed. */
async function apt(args: readonly string[], folder = '/'): Promise<string> {
  try {
    return (await run('apt-get', ['-q', ...args], { cwd: folder, env: environment, maxBuffer: 64 << 20 })).stdout
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').slice(-2).join(' ')
    throw new Error(`apt-get ${args.filter((argument) => !argument.includes('/')).join(' ')}: ${said || error}`)
  }
}
