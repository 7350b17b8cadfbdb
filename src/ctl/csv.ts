import { isoTime } from './json-text.ts'

/** Comma-separated as RFC 4180 says, below a line of headings; null is empty, a time as with `--json`. */
export function csv(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')
}

function cell(value: unknown): string {
  const text = isoTime(String(value ?? ''))
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
