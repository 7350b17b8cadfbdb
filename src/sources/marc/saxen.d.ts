/** saxen ships no types; this is the part of it that is used. Lines count from 0. */
declare module 'saxen' {
  export type Context = () => { line: number; column: number; data: string }
  type Decode = (text: string) => string
  interface Events {
    openTag(name: string, attrs: () => Record<string, string>, decode: Decode, selfClosing: boolean, at: Context): void
    closeTag(name: string, decode: Decode, selfClosing: boolean, at: Context): void
    text(raw: string, decode: Decode, at: Context): void
    cdata(raw: string, at: Context): void
    warn(error: Error, at: Context): void
    error(error: Error, at: Context): void
  }
  export class Parser {
    ns(prefixByUri: Record<string, string>): this
    on<K extends keyof Events>(event: K, handler: Events[K]): this
    parse(xml: string): void
  }
}
