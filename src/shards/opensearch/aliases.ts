import { ask, type Server } from './server.ts'

export interface Alias {
  readonly alias: string
  readonly index: string
}

/** The aliases that are there of those a target has, and what they lead to. */
export async function aliasesOf(server: Server): Promise<Alias[]> {
  const { index } = server
  const path = `/_cat/aliases/${index},${index}_*?format=json&h=alias,index`
  const isOurs = ({ alias }: Alias) => /^(_\d+)?$/.test(alias.slice(index.length))
  return (await ask<Alias[]>(server, { method: 'GET', path }, { has: 'length' })).filter(isOurs)
}
