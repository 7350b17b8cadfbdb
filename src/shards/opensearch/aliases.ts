import { z } from 'zod'
import { ask, type Server } from './server.ts'

const aliasShape = z.object({ alias: z.string(), index: z.string() })
export const aliasesShape = z.array(aliasShape)
export type Alias = z.infer<typeof aliasShape>

/** The aliases that are there of those a target has, and what they lead to. */
export async function aliasesOf(server: Server): Promise<Alias[]> {
  const { index } = server
  const path = `/_cat/aliases/${index},${index}_*?format=json&h=alias,index`
  const isOurs = ({ alias }: Alias) => /^(_\d+)?$/.test(alias.slice(index.length))
  return (await ask(server, { method: 'GET', path }, { shape: aliasesShape, isQuick: true })).filter(isOurs)
}
