const longest = 4_000

/**
 * Source text for an errors row: at most 4,000 characters, never half a character, and no NUL, which PostgreSQL cannot
 * hold.
 */
export function sourceText(bytes: Buffer): string {
  const text = bytes
    .subarray(0, longest * 4)
    .toString('utf8')
    .replaceAll('\0', '\ufffd')
  return text.length <= longest ? text : text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')
}
