// Starts an OpenSearch of its own and says its pid: forked with an IPC channel.
import { startInstance } from './instance.ts'

const instance = await startInstance('opensearch2', {}, () => {})
process.send?.(instance.pid)
// It lives until it is killed.
setInterval(() => {}, 1 << 30)
