/** The METS file among the names of a folder, for an object of that name; null when there is none, or no telling which. */
export function metsNameAmong(names: readonly string[], object: string): string | null {
  const own = [`${object}.mets.xml`, 'mets.xml', `${object}-mets.xml`, `${object}_mets.xml`, `${object}.xml`]
  for (const name of own) {
    const found = names.find((each) => each.toLowerCase() === name.toLowerCase())
    if (found !== undefined) return found
  }
  const others = names.filter((name) => /(?:^|[._-])mets\.xml$/i.test(name))
  return others.length === 1 ? others[0]! : null
}
