/** Words of many volumes, English and German, frequent and rare. */
const vocabulary = `time great house water life world people church science nature country history king government
  university society method letters river stone light music garden battle island winter morning iron silver horse
  kirche wissenschaft natur stadt kaiser geschichte sprache leben wasser freiheit recht gesetz bericht theil jahre`
  .split(/\s+/)
  .filter((word) => word !== '')

/** So many queries of three words each, always the same. */
export function wordsOf(count: number): string[] {
  const at = (place: number) => vocabulary[place % vocabulary.length] as string
  return Array.from({ length: count }, (_, query) => [at(query), at(query * 7 + 3), at(query * 13 + 5)].join(' '))
}
