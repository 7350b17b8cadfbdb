// npm test [-- PATH…] [vitest options]: the whole suite, or the files whose path contains PATH.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

// --no-install forbids system packages. The suite needs none, so there is nothing to forbid; vitest does not know it.
const args = process.argv.slice(2).filter((argument) => argument !== '--no-install')
const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs')
const child = spawn(process.execPath, [vitest, 'run', ...args], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
