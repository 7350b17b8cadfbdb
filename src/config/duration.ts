import { z } from 'zod'

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of a duration such as `500ms`, `30s`, `5m`, `2h`, `1d`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})\s*(ms|s|m|h|d)$/.exec(text.trim())
  return match ? Number(match[1]) * units[match[2] as keyof typeof units] : undefined
}

/** Longest that 31 bits of milliseconds hold, as columns of the tables and timers of Node do. */
const longestMs = 2 ** 31 - 1

/** A duration in configuration: text with a unit, milliseconds after parsing; at most 24 days. */
export const duration = (standard: string) => longDuration(standard, longestMs)

/** One of at least `least` milliseconds; `why` says what a shorter one would break. */
export const durationFrom = (least: number, standard: string, why: string) =>
  duration(standard).refine((ms) => ms >= least, `at least ${least / 1_000}s: ${why}`)

/** One that no timer waits for. */
export const longDuration = (standard: string, most = Number.POSITIVE_INFINITY) =>
  z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) > 0, 'a duration above zero such as 500ms, 30s, 5m, 2h or 1d')
    .refine((text) => (parseDuration(text) ?? 0) <= most, 'a duration of at most 24d')
    .default(standard)
    .transform((text) => parseDuration(text) as number)
