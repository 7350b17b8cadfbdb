import { z } from 'zod'

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of a duration such as `500ms`, `30s`, `5m`, `2h`, `1d`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})\s*(ms|s|m|h|d)$/.exec(text.trim())
  return match ? Number(match[1]) * units[match[2] as keyof typeof units] : undefined
}

/** A duration in configuration: text with a unit, milliseconds after parsing. */
export const duration = (standard: string) =>
  z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) > 0, 'a duration above zero such as 500ms, 30s, 5m, 2h or 1d')
    .default(standard)
    .transform((text) => parseDuration(text) as number)
