import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Ended, runNode } from '../bin/run-node.ts'
import { root } from '../checks/run-tool.ts'

export const launcher = join(root, 'bin/slipctl.cjs')

/** slipctl as a person calls it at the root of the checkout; without colours unless `env` asks for them. */
export function slipctl(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return runNode([launcher, ...args], { cwd: root, env: { ...plain(), ...env } })
}

/** The same with `input` on standard input. */
export async function slipctlReading(input: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [launcher, ...args], { cwd: root, env: plain(), stdio: 'pipe' })
  child.stdin.end(input)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, out, err }
}

/** What a next step printed by slipctl does when it is typed in a shell at the root. */
export async function typed(line: string): Promise<Ended> {
  const env = { ...plain(), PATH: `${join(process.execPath, '..')}:${process.env.PATH}` }
  const child = spawn('sh', ['-c', line], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, out, err }
}

function plain(): NodeJS.ProcessEnv {
  const { SLIP_CONFIG: _, FORCE_COLOR: __, ...env } = process.env
  return { ...env, NO_COLOR: '1' }
}
