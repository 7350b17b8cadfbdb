import { expect, test } from 'vitest'
import { timeShares } from '../../bench/engines/time-shares.ts'

const frame = (functionName: string, url = '') => ({ functionName, url: url && `file:///checkout/src/${url}` })
const nodes = [
  { id: 1, callFrame: frame('(root)'), children: [2, 3, 4, 7, 8] },
  { id: 2, callFrame: frame('(idle)') },
  { id: 3, callFrame: frame('(garbage collector)') },
  { id: 4, callFrame: frame('run', 'indexer/line.ts'), children: [5] },
  { id: 5, callFrame: frame('assemble', 'indexer/assemble/assemble.ts'), children: [6] },
  { id: 6, callFrame: frame('gunzipSync', 'node:zlib') },
  { id: 7, callFrame: frame('post', 'shards/solr/solr.ts') },
  { id: 8, callFrame: { functionName: 'run', url: 'node:internal/modules/esm/module_job' }, children: [9] },
  { id: 9, callFrame: frame('', 'config/schema.ts') },
]

test('whatever is called from where documents are made belongs to assembly, and idle time to nobody', () => {
  const profile = { nodes, samples: [4, 5, 6, 2, 7], timeDeltas: [10, 20, 30, 1_000, 40] }
  expect(timeShares(profile)).toEqual({ assembly: 0.5, start: 0, other: 0.5 })
})

test('garbage is collected for whoever worked before', () => {
  const profile = { nodes, samples: [6, 3, 7, 3], timeDeltas: [10, 20, 30, 40] }
  expect(timeShares(profile)).toEqual({ assembly: 0.3, start: 0, other: 0.7 })
})

test('modules that are run for the first time belong to the start', () => {
  const profile = { nodes, samples: [8, 9, 7, 5], timeDeltas: [10, 20, 30, 40] }
  expect(timeShares(profile)).toEqual({ assembly: 0.4, start: 0.3, other: 0.3 })
})
