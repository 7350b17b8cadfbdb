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

/** So many bytes of lines of words, always the same. */
export function textOf(bytes: number): string {
  const lines: string[] = []
  for (let [length, state] = [0, 1]; length < bytes; ) {
    const words = Array.from({ length: 10 }, () => {
      // the generator of Park and Miller
      state = (state * 48_271) % 2_147_483_647
      return vocabulary[state % vocabulary.length] as string
    })
    lines.push(words.join(' '))
    length += lines.at(-1)!.length + 1
  }
  return lines.join('\n').slice(0, bytes)
}
