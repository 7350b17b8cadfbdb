import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Tell } from '../server.ts'
import { engineEnvironment } from './engine.ts'

const WORK = join(import.meta.dirname, '../../../.slip/test/docker/image')

/** An image made without a registry: Debian's minimum with some packages, and a program that starts the server. */
export interface LocalImage {
  readonly name: string
  readonly suite: string
  readonly packages: readonly string[]
  /** A file beside this one. */
  readonly entrypoint: string
  readonly port: number
}

/** Takes what the public image mariadb takes, as far as the tests use it. */
export const mariadbImage: LocalImage = {
  name: 'mariadb',
  suite: 'bookworm',
  packages: ['mariadb-server-core', 'mariadb-client-core'],
  entrypoint: 'mariadb-entrypoint.sh',
  port: 3306,
}

/**
 * Makes an image in our engine unless it is there; its full name, whose tag tells what it was made of.
 * @throws Error with the last words of debootstrap, tar or docker
 */
export async function ensureImage(image: LocalImage, signal: AbortSignal, tell: Tell): Promise<string> {
  const entrypoint = join(import.meta.dirname, image.entrypoint)
  const madeOf = createHash('sha256').update(JSON.stringify(image)).update(readFileSync(entrypoint))
  const tag = `slip-test/${image.name}:${madeOf.digest('hex').slice(0, 12)}`
  const run = (program: string, ...args: string[]) => runShown(program, args, signal)
  if ((await run('docker', 'images', '--quiet', tag)).trim() !== '') return tag

  tell(`making the image ${tag} with debootstrap: ${image.suite} with ${image.packages.join(' ')}`)
  const root = join(WORK, 'root')
  const archive = join(WORK, 'root.tar')
  rmSync(WORK, { recursive: true, force: true })
  mkdirSync(WORK, { recursive: true })
  try {
    await run('debootstrap', '--variant=minbase', `--include=${image.packages.join(',')}`, image.suite, root)
    copyFileSync(entrypoint, join(root, 'entrypoint'))
    chmodSync(join(root, 'entrypoint'), 0o755)
    await run(
      'tar',
      '--create',
      '--one-file-system',
      `--exclude=./var/cache/apt/archives/*`,
      `--file=${archive}`,
      '-C',
      root,
      '.',
    )
    const changes = ['--change', 'ENTRYPOINT ["/entrypoint"]', '--change', `EXPOSE ${image.port}`]
    await run('docker', 'import', ...changes, archive, tag)
  } finally {
    rmSync(WORK, { recursive: true, force: true })
  }
  return tag
}

async function runShown(program: string, args: string[], signal: AbortSignal): Promise<string> {
  const env = { ...process.env, ...engineEnvironment }
  try {
    return (await promisify(execFile)(program, args, { env, signal, maxBuffer: 64 << 20 })).stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-2).join(' ')
    throw new Error(`${program} failed: ${said || error}`)
  }
}
