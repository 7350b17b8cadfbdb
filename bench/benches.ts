import type { Bench } from './runner/bench.ts'

/** Name → what loads it: a bench brings servers and inputs with it, and a list needs none of them. */
export const benches: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  assemble: () => import('./assemble/bench.ts'),
  demo: () => import('./demo/bench.ts'),
  engines: () => import('./engines/bench.ts'),
  load: () => import('./load/bench.ts'),
  queue: () => import('./queue/bench.ts'),
}
