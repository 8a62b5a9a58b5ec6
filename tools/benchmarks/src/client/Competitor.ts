/** What each that is compared can do: the same two calls to the same server. */

export interface Target {
  readonly url: string
  /** For those that limit themselves: so many requests in so many milliseconds. */
  readonly quota: { readonly limit: number; readonly window: number }
}

export interface Client {
  /** Lists the messages of a chat: GET, and its body as values. */
  readonly get: () => Promise<unknown>
  /** Starts a chat with a message: POST, and its body as values. */
  readonly post: () => Promise<unknown>
}

export type Connect = (target: Target) => Client | Promise<Client>

export interface Competitor {
  readonly id: string
  readonly name: string
  readonly load: () => Promise<{ readonly connect: Connect }>
}
