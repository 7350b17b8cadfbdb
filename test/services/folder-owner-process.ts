// Makes a run folder of kind `test`, starts the program sleep in it, and says where: forked with an IPC channel.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { newRunFolder } from './run-folder.ts'

const folder = newRunFolder('test', null)
mkdirSync(join(folder, 'data'))
const child = spawn('sleep', ['1000'], { cwd: join(folder, 'data'), detached: true, stdio: 'ignore' })
child.once('spawn', () => process.send?.({ folder, pid: child.pid }))
