import { expect, test } from 'vitest'
import { assemblyShare } from '../../bench/engines/assembly-share.ts'

const frame = (functionName: string, url = '') => ({ functionName, url: url && `file:///checkout/src/${url}` })
const nodes = [
  { id: 1, callFrame: frame('(root)'), children: [2, 3, 4, 7] },
  { id: 2, callFrame: frame('(idle)') },
  { id: 3, callFrame: frame('(garbage collector)') },
  { id: 4, callFrame: frame('run', 'indexer/line.ts'), children: [5] },
  { id: 5, callFrame: frame('assemble', 'indexer/assemble/assemble.ts'), children: [6] },
  { id: 6, callFrame: frame('gunzipSync', 'node:zlib') },
  { id: 7, callFrame: frame('post', 'shards/solr/solr.ts') },
]

test('whatever is called from where documents are made belongs to assembly, and idle time to nobody', () => {
  const profile = { nodes, samples: [4, 5, 6, 2, 7], timeDeltas: [10, 20, 30, 1_000, 40] }
  expect(assemblyShare(profile)).toBe(0.5)
})

test('garbage is collected for whoever worked before', () => {
  expect(assemblyShare({ nodes, samples: [6, 3, 7, 3], timeDeltas: [10, 20, 30, 40] })).toBe(0.3)
})
