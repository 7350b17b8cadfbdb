import type { ParseAgain } from './parse-xml.ts'

/** The IDs of all files of all groups: a second pass, needed only when a page has no text file. */
export function allFileIds(readAgain: ParseAgain): Set<string> {
  const ids = new Set<string>()
  readAgain(
    { 'http://www.loc.gov/METS/': 'mets' },
    {
      open: (name, attributes) => {
        if (name === 'mets:file') ids.add(attributes('ID') ?? '')
      },
      close: () => {},
    },
  )
  return ids
}
