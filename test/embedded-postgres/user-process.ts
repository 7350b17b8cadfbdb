// A user of an embedded server in a process of its own: node user-process.ts DIR [durable], forked with an IPC channel.
import { acquireServer } from '../../src/embedded-postgres/server.ts'

const server = await acquireServer(process.argv[2] ?? '', { durable: process.argv[3] === 'durable' })
process.once('message', async () => {
  await server.release()
  process.disconnect()
})
process.send?.(server.url('postgres'))
