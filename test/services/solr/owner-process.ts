// Starts a Solr of its own and says its pid: forked with an IPC channel.
import { startInstance } from './instance.ts'

const instance = await startInstance({ heapMb: 128 }, () => {})
process.send?.(instance.pid)
// It lives until it is killed.
setInterval(() => {}, 1 << 30)
