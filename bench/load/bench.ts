import { withServers } from '../queue/servers.ts'
import type { Bench, Measurement } from '../runner/bench.ts'
import { measureCatalogue } from './catalogue.ts'
import { measureHathifile } from './hathifile.ts'

type Part = () => Promise<Measurement[]>

let described: Readonly<Record<string, string>> = {}

const parts: Readonly<Record<string, Part>> = {
  hathifile: () =>
    withServers(async (servers) => {
      described = { ...described, ...servers.described }
      return measureHathifile(servers)
    }),
  catalogue: async () => {
    const { measurements, solr } = await measureCatalogue()
    described = { ...described, Solr: solr }
    return measurements
  },
}

export const bench: Bench = {
  description: 'slip-rights reading a full hathifile and the Solr of a catalogue.',
  parts: Object.keys(parts),
  measure: async (_scale, chosen, tell) => {
    for (const [name, part] of Object.entries(parts))
      if (chosen.length === 0 || chosen.includes(name)) tell(await part())
  },
  versions: () => described,
}
