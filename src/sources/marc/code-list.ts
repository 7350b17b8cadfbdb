/** Entries `code name`, one a line or parted by `|`, by code. No code contains a blank. */
export function codeList(text: string): Map<string, string> {
  return new Map(
    text
      .trim()
      .split(/[|\n]/)
      .map((entry) => {
        const blank = entry.indexOf(' ')
        return [entry.slice(0, blank), entry.slice(blank + 1)] as const
      }),
  )
}
