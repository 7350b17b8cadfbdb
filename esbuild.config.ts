// npm run build: what the package ships. src stays as it is in a checkout; Node does not strip types below node_modules.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = import.meta.dirname
const commands = ['rights', 'enqueue', 'indexer', 'ctl']

rmSync(join(root, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: commands.map((command) => `src/${command}/main.ts`),
  outbase: 'src',
  outdir: 'dist',
  // As deep as the entry points, so that ../.. is the root of the package for every file.
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  packages: 'external',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
})
