import { answering, cutAfter, cutBefore, cutWithin, flipped, large, page, truncated } from '../../chaos/http-faults.ts'
import type { HttpMeddling } from '../../chaos/http-proxy.ts'

/** An answer that proves nothing: of a network, of a proxy, of a server in trouble, of another server. */
export interface BadAnswer {
  readonly name: string
  readonly meddling: HttpMeddling
  /** What a person is told of it. */
  readonly words: RegExp
  /** True when the server has done what it was asked. */
  readonly isDone?: true
  /** False when a server said that it did not try: none of the documents can have broken it. */
  readonly isUnanswered: boolean
  /** For how long the server asks to be left alone. */
  readonly retryAfterMs?: number
}

const json = (body: string, status = 200) => answering(status, { 'content-type': 'application/json' }, body)
const pageOf = (status: number) => new RegExp(`answered ${status} with text/html, not JSON: <html>`)
const brokenOff = /closed|terminated|socket|ECONNRESET|aborted/i
const unreadable = /answered 20\d with JSON of \d+ bytes that cannot be read/

export const badAnswers: readonly BadAnswer[] = [
  { name: 'a cut before the request arrives', meddling: cutBefore, words: brokenOff, isUnanswered: true },
  { name: 'a cut before the answer', meddling: cutAfter, words: brokenOff, isDone: true, isUnanswered: true },
  { name: 'a cut within the answer', meddling: cutWithin, words: brokenOff, isDone: true, isUnanswered: true },
  { name: 'half of an answer', meddling: truncated, words: unreadable, isDone: true, isUnanswered: true },
  { name: 'an answer with a flipped bit', meddling: flipped, words: unreadable, isDone: true, isUnanswered: true },
  { name: 'an empty answer', meddling: answering(200), words: /cannot be read: an empty body/, isUnanswered: true },
  {
    name: 'JSON of something else',
    meddling: json('{"status":"ok"}'),
    words: /answered 200 without/,
    isUnanswered: true,
  },
  { name: 'null', meddling: json('null'), words: /answered 200 without/, isUnanswered: true },
  { name: 'a page with status 200', meddling: page(200), words: pageOf(200), isUnanswered: true },
  { name: 'a page with status 400', meddling: page(400), words: pageOf(400), isUnanswered: false },
  {
    name: 'JSON of a gateway with status 400',
    meddling: json('{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT","type":"bad_request"}}', 400),
    words: /answered 400/,
    isUnanswered: false,
  },
  {
    name: 'words of a gateway as JSON with status 400',
    meddling: json('{"error":"Bad Request","statusCode":400,"message":"no"}', 400),
    words: /answered 400/,
    isUnanswered: false,
  },
  {
    name: 'JSON of a gateway with status 409',
    meddling: json('{"message":"no"}', 409),
    words: /answered 409/,
    isUnanswered: false,
  },
  { name: '429', meddling: page(429), words: pageOf(429), retryAfterMs: 0, isUnanswered: false },
  {
    name: '429 with Retry-After',
    isUnanswered: false,
    meddling: page(429, { 'retry-after': '7' }),
    words: pageOf(429),
    retryAfterMs: 7_000,
  },
  { name: '502 of a proxy', meddling: page(502), words: pageOf(502), isUnanswered: true },
  { name: '500', meddling: page(500), words: pageOf(500), isUnanswered: true },
  { name: '504 of a proxy', meddling: page(504), words: pageOf(504), isUnanswered: true },
  { name: '503 of a proxy', meddling: page(503), words: pageOf(503), isUnanswered: false },
  {
    name: '503 with Retry-After',
    isUnanswered: false,
    meddling: page(503, { 'retry-after': '2' }),
    words: pageOf(503),
    retryAfterMs: 2_000,
  },
  {
    name: '503 with Retry-After of a day',
    isUnanswered: false,
    meddling: page(503, { 'retry-after': '86400' }),
    words: pageOf(503),
    retryAfterMs: 300_000,
  },
  { name: '401', meddling: page(401), words: /answered 401: the credentials are not accepted/, isUnanswered: false },
  { name: '403', meddling: page(403), words: /answered 403: the user may not do this/, isUnanswered: false },
  {
    name: '100 MiB without their length',
    isUnanswered: true,
    meddling: large(100, { announced: false }).meddling,
    words: /answered with more than 64 MiB/,
  },
  {
    name: '100 MiB',
    isUnanswered: true,
    meddling: large(100, { announced: true }).meddling,
    words: /answered with more than 64 MiB/,
  },
]
